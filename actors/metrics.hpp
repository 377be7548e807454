#pragma once

#include "domain/control/limit_use.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rollcall {

/// What the actors count. Any thread; read by /metrics.
struct actor_metrics {
  using counter = std::atomic<std::uint64_t>;

  /// One for customers and one for accounts.
  class by_limit_kind {
  public:
    counter& operator[](limit_kind which) { return counters_[static_cast<std::size_t>(which)]; }
    std::uint64_t operator[](limit_kind which) const { return counters_[static_cast<std::size_t>(which)]; }

  private:
    std::array<counter, 2> counters_{};
  };

  counter events_applied{0};   ///< changed a call
  counter events_stale{0};     ///< late or repeated: changed nothing
  counter events_unknown{0};   ///< of a call that is not known, or not any more
  counter lines_bad{0};        ///< said nothing we understand
  counter fields_bad{0};       ///< of lines that counted without them
  counter events_after_end{0}; ///< of a call whose end was told before: they do not bring it back
  counter calls_refused{0};    ///< one more than a switch may have

  counter disconnects_sent{0};
  counter disconnects_repeated{0};    ///< sent again, because no end had come
  counter disconnects_refused{0};     ///< by the switch
  counter disconnects_unreachable{0}; ///< the switch was away
  counter disconnects_expired{0};     ///< the order came too late: nothing was sent

  counter disconnects_resumed{0};  ///< sent again after a restart
  counter disconnects_given_up{0}; ///< asked for too long before a restart to be sent again
  counter hang_ups_passed_on{0};   ///< to the node that the switch has gone to
  counter hang_ups_not_taken{0};   ///< that it has not acknowledged: they are sent again

  counter snapshots{0};               ///< worked off to their end
  counter calls_settled{0};           ///< ended because a snapshot did not name them
  counter calls_revived{0};           ///< whose end was told, and that a later snapshot names
  counter snapshots_given_up{0};      ///< that did not end, and ended nothing
  counter tally_drift{0};             ///< counts that differed from their records; must stay 0
  counter requests_late{0};           ///< failed because a part did not come in time
  counter nodes_lost{0};              ///< times that another node went missing
  counter switches_taken_over{0};     ///< that came here from another node
  counter watch_overflows{0};         ///< watchers of calls that had to begin anew: too much waited for them
  counter audit_failures{0};          ///< entries that could not be written
  counter history_moments{0};         ///< at which calls were counted, by this node
  counter history_moments_missed{0};  ///< at which it should have
  counter history_minutes{0};         ///< written
  counter history_minutes_dropped{0}; ///< that were not: damaged, too old, or too many waited
  counter history_failures{0};        ///< to write one that is tried again
  counter history_damaged{0};         ///< minutes and hours that were damaged when they were read
  counter history_bytes{0};           ///< that the history takes now
  by_limit_kind limits;               ///< that there are now
  by_limit_kind limits_reached;       ///< that are so now
  by_limit_kind limits_reached_total; ///< times that one was
  by_limit_kind limits_cleared_total; ///< and was no more
  counter limit_looks{0};             ///< at how much of them is used, of one environment each
  counter limit_looks_incomplete{0};  ///< that had not all calls: they clear nothing
  counter limit_looks_failed{0};      ///< that had no answer
  counter limit_looks_missed{0};      ///< seconds without a look, because the one before took longer
  counter actor_failures{0};          ///< actors that ended by an error of ours
};

} // namespace rollcall
