#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <functional>

namespace rollcall {

/// The node at a glance, for /readyz and /metrics.
struct overview {
  link_statuses links;
  bool links_known = true; ///< false when the links did not answer in time
  state_counts calls;      ///< of all customers
  bool calls_known = true; ///< false when a tally did not answer in time
};

/// Asks for an overview; `done` is called once, on a thread of the actor system.
void gather_overview(caf::actor_system& system, context_ptr context, node_actor node, directory_ptr dir,
                     std::function<void(overview)> done);

/// Makes a round trip: `answered` is called, on a thread of the actor system, when the node has said how its
/// links are, or that they are too busy to say it. Never when nobody answers.
void ask_actors(caf::actor_system& system, node_actor node, std::function<void()> answered);

} // namespace rollcall
