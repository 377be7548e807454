#pragma once

#include "domain/calls/call_event.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace rollcall::switches {

/// How far the clock of a switch is from ours, measured by what it answers, and what its times are by our
/// clock.
///
/// A clock that is off by no more than `tolerance` is taken as it is: its times are exact to what they are
/// compared with, its own. Beyond that every running duration would be wrong by as much, so that its times
/// are corrected, by one and the same difference until it is off by more than `tolerance` again. Pure; one
/// thread.
class switch_clock {
public:
  using moment = std::chrono::steady_clock::time_point;
  using difference = std::chrono::microseconds;

  static constexpr std::chrono::seconds tolerance{2};

  /// Its clock said `told` at some time of the last `round_trip` before `now`, which was `received` by ours.
  void measured(timestamp told, timestamp received, std::chrono::steady_clock::duration round_trip,
                moment now);

  /// How far it is ahead; none before it was measured.
  std::optional<difference> ahead() const { return ahead_; }

  /// What its times are corrected by; 0 for a clock that is right.
  difference correction() const { return correction_; }

  /// True when the correction has changed: what was stamped before comes by another clock now.
  bool has_stepped() const { return steps_ > 1; }

  /// Makes the times of the event ours.
  void correct(call_event& event) const;

private:
  std::optional<difference> ahead_;
  std::chrono::steady_clock::duration round_trip_{}; ///< of the measurement that counts
  moment measured_at_;
  difference correction_{0};
  std::uint32_t steps_ = 0;
};

} // namespace rollcall::switches
