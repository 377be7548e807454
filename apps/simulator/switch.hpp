#pragma once

#include "apps/simulator/call.hpp"
#include "apps/simulator/lines.hpp"
#include "apps/simulator/plan.hpp"
#include "apps/simulator/schedule.hpp"
#include "domain/base/random.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// What a simulated switch has done since it was made.
struct sim_totals {
  std::uint64_t events = 0; ///< `call` and `end` lines of changes that somebody listened to
  std::uint64_t started = 0;
  std::uint64_t connected = 0;
  std::uint64_t ended = 0;
  std::uint64_t disconnects = 0; ///< received; the five below add up to it
  std::uint64_t obeyed = 0;
  std::uint64_t refused = 0;
  std::uint64_t ignored = 0;
  std::uint64_t repeated = 0; ///< of a call that was being hung up already
  std::uint64_t unknown = 0;  ///< of a call that is not there (any more)
};

/// The calls of a simulated switch: a discrete-event model without clock, socket or thread of its own. The
/// same plan and the same sequence of calls of these functions give the same lines, byte for byte.
///
///     Idle ──► WaitAuth ──► WaitRoute ──► ARComplete ──► Connected ──► end
///       └─────────┴────────────┴─── disconnect ┴──────────────┴──► Disconnecting ──► end
///
/// (A call that is not answered goes from ARComplete to its end.) One thread.
class sim_switch {
public:
  explicit sim_switch(sim_plan plan);

  /// Lets the calls go on until `until` after the beginning. The changes' lines are appended to `out`; null
  /// while nobody listens. Times in lines are `wall`, the time of day now. Stops early once `out` holds
  /// `enough` bytes or more; returns whether it came to the end. With `until` = max() model time runs as fast
  /// as `out` is emptied.
  bool advance(std::chrono::microseconds until, timestamp wall, std::string* out, std::size_t enough);

  /// Model time: how far the calls have come.
  std::chrono::microseconds now() const noexcept { return now_; }

  /// Obeys, refuses or ignores the node's wish to hang up a call, as the plan says, and appends the answer.
  void disconnect(std::string_view id, std::string& out);

  /// Appends all live calls from the position `at` on (0: the first), until `out` holds `enough` bytes or
  /// more. Returns the position to go on from; none after the last call. Nothing else may happen in between.
  std::optional<std::size_t> append_snapshot(std::string& out, std::size_t at, std::size_t enough) const;

  /// Appends what the switch knows of each live call, one JSON object a line.
  void append_truth(std::string& out) const;

  /// Ends every call, as an operator does before maintenance.
  void end_all(timestamp wall, std::string* out);

  std::uint32_t live() const noexcept { return live_; }
  const sim_totals& totals() const noexcept { return totals_; }

private:
  bool wants_call() const noexcept { return (plan_.once ? totals_.started : live_) < plan_.calls; }
  void start_call(timestamp wall, std::string* out);
  void go_on(std::uint32_t slot, timestamp wall, std::string* out);
  void enter(sim_call& call, call_state state, std::string* out);
  void end(std::uint32_t slot, timestamp wall, std::string* out);
  void plan_next(std::uint32_t slot, std::chrono::microseconds delay);
  sim_call* find(std::string_view id);
  void refuse(std::string_view id, std::string_view why, std::string& out) const;

  sim_plan plan_;
  sim_lines lines_;
  sim_random random_;
  sim_schedule schedule_;
  std::vector<sim_call> calls_;     ///< as many as may live; a serial is its slot plus a multiple of the size
  std::vector<std::uint32_t> free_; ///< slots, the next one last
  std::uint32_t live_ = 0;
  std::chrono::microseconds now_{0};
  std::chrono::microseconds next_start_{0};
  timestamp last_setup_;
  std::chrono::microseconds start_interval_{0};
  sim_totals totals_;
};

} // namespace rollcall
