#pragma once

#include "transport/net/guess_brake.hpp"
#include "transport/net/strangers.hpp"
#include "transport/switches/feed/limits.hpp"
#include "transport/switches/feed/metrics.hpp"
#include "transport/switches/feed/switch_table.hpp"

#include <utility>

namespace rollcall::feed {

/// What the gates of a server share.
struct service {
  service(const limits& what_may_be, switch_secrets known)
      : bounds(what_may_be),
        switches(std::move(known)),
        unknown(bounds.strangers),
        guessers(guessing_addresses, bounds.guesses) {}

  const limits bounds;
  switch_table switches;
  net::strangers unknown;
  net::guess_brake guessers; ///< wrong about the secret of a switch
  metrics counters;
};

} // namespace rollcall::feed
