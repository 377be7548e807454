#pragma once

#include "domain/log_throttle.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall {

/// A log_throttle for each of those who cause lines: a switch, a peer's address. So many at most are told
/// apart within a second; the others share one. Any thread.
class log_throttles {
public:
  using moment = log_throttle::moment;

  static constexpr std::size_t most = 1024;

  /// As log_throttle::admit(), for lines that `who` causes.
  std::optional<std::string> admit(const std::string& who, moment now) {
    const std::lock_guard lock{mutex_};
    if (!throttles_.contains(who) && throttles_.size() >= most) {
      if (now - swept_ < std::chrono::seconds{1})
        return others_.admit(now);
      swept_ = now;
      throttles_.clear(); // what they left out is nobody's next line
    }
    return throttles_[who].admit(now);
  }

private:
  std::mutex mutex_;
  std::map<std::string, log_throttle> throttles_;
  log_throttle others_;
  moment swept_{};
};

} // namespace rollcall
