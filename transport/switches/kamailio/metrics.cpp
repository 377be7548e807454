#include "transport/switches/kamailio/metrics.hpp"

namespace rollcall::kamailio {

using switches::by_outcome;
using switches::metric_family;
using switches::single;

namespace {

metric_family source_failures(const metrics& now) {
  metric_family family{
      "rollcall_kamailio_snapshot_failures_total",
      "Sources of snapshots that gave no complete one, by source and reason; the next one is asked",
      {}};
  for (std::size_t source = 0; source < dialog_source_names.size(); ++source)
    for (std::size_t reason = 0; reason < snapshot_failure_names.size(); ++reason)
      family.samples.push_back({{{"source", std::string{dialog_source_names[source]}},
                                 {"reason", std::string{snapshot_failure_names[reason]}}},
                                now.source_failures[source][reason]});
  return family;
}

} // namespace

std::vector<metric_family> families_of(const metrics& now) {
  return {
      by_outcome("rollcall_kamailio_connections_total",
                 "Connections to Kamailios: come, and gone or never come about",
                 {{"attached", now.attached}, {"lost", now.lost}}),
      by_outcome("rollcall_kamailio_frames_total",
                 "Frames of Kamailios: used, of calls already over, bad, of others on the same socket",
                 {{"event", now.events},
                  {"late", now.events_late},
                  {"bad", now.frames_bad},
                  {"foreign", now.frames_foreign}}),
      single("rollcall_kamailio_dropped_total",
             "Events dropped because the node was too far behind; a snapshot follows", now.dropped),
      single("rollcall_kamailio_gaps_total", "Times that events were found missing; a snapshot follows each",
             now.gaps),
      by_outcome("rollcall_kamailio_snapshots_total", "Snapshots of all dialogs",
                 {{"complete", now.snapshots}, {"failed", now.snapshots_failed}}),
      source_failures(now),
      single("rollcall_kamailio_bad_dialogs_total", "Dialogs in snapshots that were not understood",
             now.dialogs_bad),
      by_outcome("rollcall_kamailio_hang_ups_total", "Commands to hang up a dialog, by what came of them",
                 {{"sent", now.hang_ups_sent},
                  {"missing", now.hang_ups_missing},
                  {"refused", now.hang_ups_refused}}),
  };
}

} // namespace rollcall::kamailio
