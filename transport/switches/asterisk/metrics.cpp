#include "transport/switches/asterisk/metrics.hpp"

namespace rollcall::asterisk {

using switches::by_outcome;
using switches::single;

std::vector<switches::metric_family> families_of(const metrics& now) {
  return {
      by_outcome("rollcall_asterisk_connections_total",
                 "Connections to Asterisks: come, and gone or never come about",
                 {{"attached", now.attached}, {"lost", now.lost}}),
      single("rollcall_asterisk_events_total", "Events of Asterisks", now.events),
      by_outcome("rollcall_asterisk_refused_total",
                 "What was not taken: lines that are no header, events with lines of strangers, Uniqueids "
                 "that are none, channels beyond the bound",
                 {{"line", now.lines_bad},
                  {"forged", now.messages_forged},
                  {"id", now.ids_bad},
                  {"bound", now.legs_refused}}),
      single("rollcall_asterisk_dropped_total",
             "Changes of calls dropped because the node was too far behind; a snapshot follows", now.dropped),
      by_outcome("rollcall_asterisk_snapshots_total", "Lists of all channels and bridges",
                 {{"complete", now.snapshots}, {"failed", now.snapshots_failed}}),
      single("rollcall_asterisk_questions_lost_total",
             "Questions about channels that were not asked: there were too many", now.questions_lost),
      by_outcome(
          "rollcall_asterisk_notes_total",
          "Notes in channels of the calls that they are in: written, refused by Asterisk; found, and "
          "not fit to be believed",
          {{"written", now.notes_written}, {"refused", now.notes_refused}, {"ignored", now.notes_ignored}}),
      by_outcome("rollcall_asterisk_hang_ups_total", "Channels hung up, by what came of it",
                 {{"sent", now.hang_ups_sent},
                  {"missing", now.hang_ups_missing},
                  {"refused", now.hang_ups_refused}}),
  };
}

} // namespace rollcall::asterisk
