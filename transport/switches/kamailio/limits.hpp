#pragma once

#include "transport/switches/common/session_limits.hpp"

#include <chrono>
#include <cstddef>

namespace rollcall::kamailio {

/// Bytes of one frame. An event is a few hundred; a list of all dialogs, when there is no RPC address, comes
/// in one.
constexpr std::size_t frame_bytes = 256 * 1024 * 1024;

/// Bytes of one dialog in a snapshot.
constexpr std::size_t dialog_bytes = 1024 * 1024;

/// What one Kamailio may cost, and how it is treated.
struct limits : switches::session_limits {
  limits() {
    window = 4;
    backlog = 50'000; // some 30 MB
    read_bytes = 64 * 1024;
    hang_ups_waiting = 200'000;
    unsent_bytes = 64 * 1024 * 1024;         // as many hang-ups, however long their ids are
    acknowledge_at_once = true;              // Kamailio does not set TCP_NODELAY
    linger = std::chrono::milliseconds{200}; // it is told nothing
  }

  /// Commands without an answer, at once.
  std::size_t hang_ups_at_once = 64;

  /// A Kamailio manages 2000 to 4000 on a quiet machine, but each makes two BYEs that SIP has to carry beside
  /// the calls of everybody else.
  double hang_ups_per_second = 800;

  /// Those that may be sent together after a pause.
  double hang_ups_burst = 20;

  std::chrono::milliseconds ping{5'000}; ///< between two signs of life asked for
  /// Bytes after which a ping tells Kamailio that they were read: it sends no more than ROLLCALL_UNREAD
  /// before.
  std::size_t unread = 256 * 1024;
  std::chrono::milliseconds answer{10'000}; ///< to a ping or a command
  std::chrono::milliseconds tick{250};      ///< how often all of this is looked at

  /// How late a frame may come. Kamailio's workers overtake each other by milliseconds.
  std::chrono::milliseconds hole{1'000};

  /// A call that is not routed by then is looked for in a snapshot: the script may have refused it without a
  /// word.
  std::chrono::milliseconds routing{2'000};

  /// How far an event and Kamailio's count of its dialogs may be apart.
  std::chrono::milliseconds blur{50};

  /// How long an ended call is remembered. Kamailio lists it as if it were up for fr_timer, and a snapshot
  /// takes time itself.
  std::chrono::milliseconds remember{90'000};

  std::chrono::milliseconds snapshot_interval{60'000}; ///< between the starts of two that nobody asked for
  std::chrono::milliseconds snapshot_pause{1'000};     ///< between the starts of two, at least
  std::chrono::milliseconds snapshot_retry{30'000};    ///< the longest wait after one that failed

  /// How old a dump must be that nobody has read to be removed.
  std::chrono::seconds dump_age{600};
};

} // namespace rollcall::kamailio
