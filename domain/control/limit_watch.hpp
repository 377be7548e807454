#pragma once

#include "domain/base/time.hpp"
#include "domain/control/limit_use.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace rollcall {

/// A limit was reached, or is so no more. The two come in turns for each subject, the first of them
/// `reached`.
struct limit_event {
  limited_subject whose;
  bool reached = false;          ///< false: cleared
  std::uint64_t total = 0;       ///< active calls, as they were seen last
  std::int64_t max_sessions = 0; ///< no_limit: cleared because there is no limit any more

  std::string_view state() const noexcept { return reached ? "reached" : "cleared"; }

  friend bool operator==(const limit_event&, const limit_event&) = default;
};

/// How it stands with a limit that was reached once.
struct limit_state {
  bool reached = false;
  timestamp since; ///< when a look found it so
  customer_id of;  ///< as limit_use has it
  std::uint64_t total = 0;
  std::int64_t max_sessions = 0;

  friend bool operator==(const limit_state&, const limit_state&) = default;
};

using limit_states = std::map<limited_subject, limit_state>;

//             total ≥ max_sessions and total > 0
//   cleared ────────────────────────────────────────► reached
//      ▲                                                 │
//      └─────────────────────────────────────────────────┘
//       total ≤ 90 % of max_sessions, or 0, nothing missing from the sum;
//       or there is no limit any more
//
/// Says of each look at the limits which were reached and which are so no more (control.md, 4). Nothing is
/// remembered but what stands: a look that finds it otherwise ends it, however it came. Pure.
class limit_watch {
public:
  /// What was counted of some who have a limit. `complete`: nothing is missing from it. A sum from which
  /// something is missing may be more and not less, so that it reaches a limit but clears none.
  std::vector<limit_event> look(const std::vector<limit_use>& uses, bool complete, timestamp now);

  /// By which limits there are from now on. Those that are reached and not there any more are cleared: a
  /// removed limit is known to be gone, whatever is missing.
  std::vector<limit_event> keep_to(const directory& dir, timestamp now);

  /// Forgets limits that were cleared before that.
  void forget(timestamp before);

  /// By subject: those that are reached, and those that were.
  const limit_states& states() const noexcept { return states_; }

private:
  limit_states states_;
};

} // namespace rollcall
