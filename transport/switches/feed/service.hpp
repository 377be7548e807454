#pragma once

#include "domain/base/log_throttles.hpp"
#include "domain/base/time.hpp"
#include "transport/net/guess_brake.hpp"
#include "transport/net/strangers.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/feed/limits.hpp"
#include "transport/switches/feed/metrics.hpp"
#include "transport/switches/feed/switch_table.hpp"

#include <string>
#include <utility>

namespace rollcall::feed {

/// What all sessions of a server share.
struct service {
  service(std::string name, const limits& what_may_be, switch_secrets known, attach_fn to_link,
          wall_clock clock)
      : node(std::move(name)),
        bounds(what_may_be),
        attach(std::move(to_link)),
        now(clock),
        switches(std::move(known)),
        unknown(bounds.strangers),
        guessers(guessing_addresses, bounds.guesses) {}

  std::string node; ///< `node_id` of the welcome
  limits bounds;
  attach_fn attach;
  wall_clock now;
  switch_table switches;
  strangers unknown;
  guess_brake guessers;                          ///< wrong about the secret of a switch
  log_throttles lines{log_throttles::unbounded}; ///< of switches that have shown their secret, by name
  log_throttles lines_of_strangers;              ///< of the others, by address_key
  metrics counters;
};

} // namespace rollcall::feed
