#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

namespace rollcall::switches {

/// How long to wait for a text that is fetched over HTTP.
struct fetch_limits {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds answer{120'000}; ///< the request and the beginning of the answer
  std::chrono::milliseconds piece{30'000};   ///< each read of the answer
};

/// What one session may cost. Every time is absolute for its phase: a byte now and then does not prolong it.
struct session_limits {
  std::size_t window = 12; ///< deliveries that the link has not worked off; then reading stops

  /// Not 0 for a switch that must not wait for us to read: reading never stops, and so many items wait for
  /// the link. More are dropped, and the driver makes up for them.
  std::size_t backlog = 0;

  /// And so many bytes are read at most while the node has not answered the attach.
  std::size_t attaching_bytes = 4 * 1024 * 1024;

  /// Of one read at most: what one delivery sets in motion should not keep others waiting for long.
  std::size_t read_bytes = 16 * 1024;

  /// Hang-ups that wait to be sent; more are not taken.
  std::size_t hang_ups_waiting = std::numeric_limits<std::size_t>::max();
  std::size_t unsent_bytes = 16 * 1024 * 1024; ///< on their way to the switch; more is `too_slow`

  /// For a switch that writes in small pieces and waits for our acknowledgement of each (Nagle's algorithm,
  /// RFC 9293 3.7.4), which the kernel would put off by 40 ms.
  bool acknowledge_at_once = false;

  std::chrono::milliseconds dial{5'000}; ///< name look-up and TCP, where the switch is dialled

  /// A switch may be silent for ever, but its host must acknowledge: this long without is a lost connection.
  std::chrono::seconds dead_peer{15};

  std::chrono::milliseconds tls_handshake{10'000};
  std::chrono::milliseconds hello{5'000};   ///< connect (or TLS handshake) to who the switch is
  std::chrono::milliseconds attach{10'000}; ///< from there to the answer of the node
  std::chrono::milliseconds linger{
      2'000}; ///< telling the switch why it is closed, and reading what it still sends
  fetch_limits fetches{};
};

} // namespace rollcall::switches
