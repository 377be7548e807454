#pragma once

#include "transport/switches/common/metric_family.hpp"
#include "transport/switches/common/session_metrics.hpp"
#include "transport/switches/kamailio/script_faults.hpp"
#include "transport/switches/kamailio/snapshot_failure.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace rollcall::kamailio {

/// What the connections to all Kamailios count since the start; `/metrics` reads it from any thread.
struct metrics : switches::session_metrics {
  counter events{0};           ///< events of calls
  counter events_late{0};      ///< events of calls that were over already
  counter frames_bad{0};       ///< frames that were not understood
  counter frames_foreign{0};   ///< frames of others on the event socket
  counter gaps{0};             ///< times that events were found missing
  counter snapshots{0};        ///< those that were complete
  counter snapshots_failed{0}; ///< and those that were not
  counter dialogs_bad{0};      ///< dialogs in snapshots that were not understood
  /// Sources that gave no complete snapshot, by source and by why.
  std::array<std::array<counter, snapshot_failure_names.size()>, dialog_source_names.size()>
      source_failures{};
  counter hang_ups_sent{0};
  counter hang_ups_missing{0}; ///< calls to be hung up that Kamailio did not know
  counter hang_ups_refused{0};
  script_faults faults; ///< for /readyz?verbose
};

/// For `/metrics`.
std::vector<switches::metric_family> families_of(const metrics& now);

} // namespace rollcall::kamailio
