#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::switches {

/// Counters of one kind of switch, as `/metrics` shows them: a family of the Prometheus exposition format.
struct metric_family {
  struct sample {
    std::vector<std::pair<std::string, std::string>> labels;
    std::uint64_t value = 0;
  };

  std::string name; ///< whole: `rollcall_kamailio_gaps_total`
  std::string help;
  std::vector<sample> samples;
};

} // namespace rollcall::switches
