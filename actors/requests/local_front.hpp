#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns the front, where API requests enter: each gets a worker of its own. `auditor` may be null.
local_front_actor spawn_local_front(caf::actor_system& system, context_ptr context, node_actor node,
                                    auditor_actor auditor);

} // namespace rollcall
