#pragma once

#include <chrono>
#include <cstddef>

namespace rollcall::switches {

/// What one session may cost. Every time is absolute for its phase: a byte now and then does not prolong it.
struct session_limits {
  std::size_t window = 12; ///< deliveries that the link has not worked off; then reading stops
  std::size_t unsent_bytes = 16 * 1024 * 1024; ///< on their way to the switch; more is `too_slow`

  std::chrono::milliseconds tls_handshake{10'000};
  std::chrono::milliseconds hello{5'000};   ///< connect (or TLS handshake) to who the switch is
  std::chrono::milliseconds attach{10'000}; ///< from there to the answer of the node
  std::chrono::milliseconds linger{
      2'000}; ///< telling the switch why it is closed, and reading what it still sends
};

} // namespace rollcall::switches
