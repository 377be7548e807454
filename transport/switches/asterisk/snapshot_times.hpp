#pragma once

#include "transport/switches/asterisk/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rollcall::asterisk {

/// When the next lists are asked for: now and then, when somebody wants them, and again after a failure, with
/// waits that grow. Pure; one thread.
class snapshot_times {
public:
  using moment = std::chrono::steady_clock::time_point;

  snapshot_times(const limits& bounds, std::chrono::milliseconds interval, moment now)
      : bounds_(bounds), interval_(interval), regular_(now), earliest_(now) {}

  void want() { wanted_ = true; }

  bool due(moment now) const { return now >= earliest_ && (wanted_ || now >= regular_); }

  void begins(moment now) {
    wanted_ = false;
    began_ = now;
    regular_ = now + interval_;
    earliest_ = now + bounds_.snapshot_pause;
  }

  /// Asterisk has so many times as long without one.
  void ends(moment now) {
    constexpr int rest = 4;
    failures_ = 0;
    earliest_ = std::max(earliest_, now + rest * (now - began_));
  }

  /// Whoever wants one does not wait so long.
  void fails(moment now) {
    constexpr std::uint32_t most_doublings = 10;
    const auto wait = bounds_.snapshot_again * (1 << std::min(failures_++, most_doublings));
    regular_ = now + std::min({wait, bounds_.snapshot_retry, interval_});
  }

private:
  const limits bounds_;
  const std::chrono::milliseconds interval_;
  bool wanted_ = false;
  std::uint32_t failures_ = 0; ///< in a row
  moment began_{};
  moment regular_;
  moment earliest_;
};

} // namespace rollcall::asterisk
