#pragma once

#include <chrono>
#include <functional>

namespace rollcall {

/// CLOCK_BOOTTIME: never set, and goes on while the process stands still or the machine is suspended. What
/// it shows means something on this machine alone; the epoch itself stands for "not known".
struct boot_clock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
};

using boot_time = boot_clock::time_point;

/// Where it comes from. Actors are handed one; tests hand in their own.
using boot_clock_source = std::function<boot_time()>;

} // namespace rollcall
