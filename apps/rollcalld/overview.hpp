#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <functional>

namespace rollcall {

/// The node at a glance, for /readyz and /metrics.
struct overview {
  link_statuses links;
  bool links_known = true; ///< false when the links did not answer in time
  state_counts calls;      ///< of all customers
  bool calls_known = true; ///< false when a tally did not answer in time
  std::size_t tallies = 0; ///< of root customers, that answered
};

/// Asks for an overview; `done` is called once, on a thread of the actor system.
void gather_overview(caf::actor_system& system, context_ptr context, node_actor node, directory_ptr dir,
                     std::function<void(overview)> done);

} // namespace rollcall
