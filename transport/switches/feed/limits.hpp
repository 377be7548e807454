#pragma once

#include "transport/net/guess_brake.hpp"
#include "transport/net/strangers.hpp"
#include "transport/switches/common/line_limits.hpp"
#include "transport/switches/common/session_limits.hpp"

#include <chrono>
#include <cstddef>

namespace rollcall::feed {

/// Addresses whose wrong secrets are remembered; the one that was wrong longest ago leaves for a new one.
constexpr std::size_t guessing_addresses = 4096;

/// What one switch may cost.
struct limits : switches::session_limits {
  net::strangers::bounds strangers; ///< connections without a welcome, at once
  net::guess_brake::pauses guesses =
      net::guess_brake::of_machines; ///< between wrong secrets, when there were many

  /// One that can answer pings is asked after so many steps without a line, and lost after so many more. In
  /// steps, so that a node that stood still itself does not take the time for the switch's silence.
  std::chrono::milliseconds silence_step{1'000};
  unsigned steps_before_ping = 5;
  unsigned steps_for_pong = 10;
};

} // namespace rollcall::feed
