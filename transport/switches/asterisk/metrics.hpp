#pragma once

#include "transport/switches/common/metric_family.hpp"
#include "transport/switches/common/session_metrics.hpp"

#include <vector>

namespace rollcall::asterisk {

/// What the connections to all Asterisks count since the start; `/metrics` reads it from any thread.
struct metrics : switches::session_metrics {
  counter events{0};           ///< events of channels and bridges
  counter lines_bad{0};        ///< lines that are no header, or beyond the bounds of a message
  counter messages_forged{0};  ///< events that are not written as Asterisk writes them
  counter ids_bad{0};          ///< channels whose Uniqueid is none
  counter legs_refused{0};     ///< channels and bridges beyond what is kept
  counter snapshots{0};        ///< those that were complete
  counter snapshots_failed{0}; ///< and those that were not
  counter questions_lost{0};   ///< about channels: there were too many of them
  counter notes_written{0};    ///< into channels, of the calls that they are in
  counter notes_refused{0};    ///< Asterisk did not write them
  counter notes_ignored{0};    ///< found in channels, and none, or another channel's
  counter hang_ups_sent{0};
  counter hang_ups_missing{0}; ///< calls or channels to be hung up that are not there
  counter hang_ups_refused{0};
};

/// For `/metrics`.
std::vector<switches::metric_family> families_of(const metrics& now);

} // namespace rollcall::asterisk
