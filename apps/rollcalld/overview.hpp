#pragma once

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
void gather_overview(caf::actor_system& system, local_front_actor front, directory_ptr dir,
                     std::function<void(overview)> done);

} // namespace rollcall
