#pragma once

#include "transport/switches/asterisk/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace rollcall::asterisk {

/// When the next lists are asked for: now and then, when somebody wants them, and again after a failure.
/// While they fail for the same reason the waits grow, for a list costs Asterisk something, and another one
/// would tell no more. Whatever may have changed that begins anew:
///
///     failed ─► 1 s ─► 2 s ─► … ─► 30 s       want(), ordered(), another reason: from the beginning
///
/// Pure; one thread.
class snapshot_times {
public:
  using moment = std::chrono::steady_clock::time_point;

  snapshot_times(const limits& bounds, std::chrono::milliseconds interval, moment now)
      : bounds_(bounds), interval_(interval), regular_(now), earliest_(now) {}

  /// Somebody needs to know, or what has made them fail may be over.
  void want() {
    wanted_ = true;
    failures_ = 0;
  }

  /// Something was said that cannot be believed: lists tell what is true. When they fail already, they do so
  /// because of that.
  void doubt() { wanted_ = wanted_ || failures_ == 0; }

  /// An order to hang up has come: it should not go by lists that have failed.
  void ordered() {
    if (failures_ > 0)
      want();
  }

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
  void fails(moment now, const std::string& why) {
    constexpr std::uint32_t most_doublings = 10;
    if (why != reason_)
      failures_ = 0;
    reason_ = why;
    const auto wait = bounds_.snapshot_again * (1 << std::min(failures_++, most_doublings));
    regular_ = now + std::min({wait, bounds_.snapshot_retry, interval_});
  }

private:
  const limits bounds_;
  const std::chrono::milliseconds interval_;
  bool wanted_ = false;
  std::uint32_t failures_ = 0; ///< in a row, for one reason, since somebody wanted a list
  std::string reason_;         ///< of the last one
  moment began_{};
  moment regular_;
  moment earliest_;
};

} // namespace rollcall::asterisk
