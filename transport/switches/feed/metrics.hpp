#pragma once

#include "transport/switches/common/session_metrics.hpp"

namespace rollcall::feed {

/// What the feed server counts since its start; `/metrics` reads it from any thread.
struct metrics : switches::session_metrics {
  counter accepted{0};      ///< connections
  counter strangers{0};     ///< of them without a welcome
  counter turned_away{0};   ///< strangers that had to go for a newcomer
  counter braked{0};        ///< hellos not looked at, for too many wrong secrets had come before
  counter guessing{0};      ///< addresses now whose wrong secrets are remembered
  counter forgotten{0};     ///< those forgotten for want of room
  counter silent{0};        ///< switches that did not answer a ping
  counter accept_errors{0}; ///< failed accepts; each is tried again
};

} // namespace rollcall::feed
