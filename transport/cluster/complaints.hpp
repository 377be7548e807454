#pragma once

#include "transport/cluster/limits.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace rollcall::cluster {

/// Keeps the log readable where something fails ten times a second. One thread.
class complaints {
public:
  using clock = std::chrono::steady_clock;

  /// True when this was not complained of for `complaint_pause`.
  bool is_due(const std::string& what, clock::time_point now) {
    std::erase_if(last_, [&](const auto& each) { return now - each.second >= complaint_pause; });
    return last_.size() < kept && last_.emplace(what, now).second;
  }

private:
  /// What strangers make us complain of must not fill the memory.
  static constexpr std::size_t kept = 1024;

  std::map<std::string, clock::time_point> last_;
};

} // namespace rollcall::cluster
