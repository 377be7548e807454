#pragma once

#include "domain/base/time.hpp"

#include <chrono>
#include <cstdint>

namespace rollcall {

/// Seconds since the epoch, UTC: what the history counts in.
using history_time = std::chrono::sys_seconds;

/// Calls are counted so often, at moments that are multiples of it.
constexpr std::chrono::seconds sample_interval{10};

constexpr std::chrono::seconds history_minute{60};
constexpr std::chrono::seconds history_hour{3600};

/// The last multiple of `step` (since the epoch) that is not after `t`.
template <class Clock, class Duration>
history_time floor_to(std::chrono::seconds step, std::chrono::time_point<Clock, Duration> t) {
  const auto since = std::chrono::floor<std::chrono::seconds>(t.time_since_epoch());
  const auto rest = ((since % step) + step) % step;
  return history_time{since - rest};
}

} // namespace rollcall
