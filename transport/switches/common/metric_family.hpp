#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::switches {

/// A counter of one kind of switch, as `/metrics` shows it: a family of the Prometheus exposition format.
struct metric_family {
  struct sample {
    std::vector<std::pair<std::string, std::string>> labels;
    std::uint64_t value = 0;
  };

  std::string name; ///< whole: `rollcall_kamailio_gaps_total`
  std::string help;
  std::vector<sample> samples;
};

struct outcome {
  const char* of;
  std::uint64_t count = 0;
};

/// One sample for each outcome, labelled `outcome`.
metric_family by_outcome(std::string name, std::string help, std::initializer_list<outcome> outcomes);

/// One sample.
metric_family single(std::string name, std::string help, std::uint64_t count);

} // namespace rollcall::switches
