#pragma once

#include "actors/close_reason.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rollcall::switches {

/// What the sessions of one kind of switch count since the start; `/metrics` reads it from any thread.
struct session_metrics {
  using counter = std::atomic<std::uint64_t>;

  counter open{0};       ///< now, those that are being closed included
  counter timeouts{0};   ///< that did not say in time who they are; they are refused as bad_message
  counter tls_errors{0}; ///< handshakes that failed
  counter attached{0};
  counter lost{0};    ///< where switches are dialled: connections that ended, or never came about
  counter dropped{0}; ///< news for which the node was too far behind
  counter bytes_in{0};
  counter bytes_out{0};
  std::array<counter, close_reason_names.size()> closed{}; ///< by us, indexed by close_reason

  counter& refused(close_reason why) { return closed[static_cast<std::size_t>(why)]; }
  const counter& refused(close_reason why) const { return closed[static_cast<std::size_t>(why)]; }
};

} // namespace rollcall::switches
