#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns the front, where API requests enter: each gets a gathering of its own. `local` is the front of
/// `node` alone.
front_actor spawn_front(caf::actor_system& system, context_ptr context, node_actor node,
                        local_front_actor local, node_orders_actor orders = {});

} // namespace rollcall
