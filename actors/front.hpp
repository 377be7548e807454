#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns the front, where API requests enter: each gets a gathering of its own.
front_actor spawn_front(caf::actor_system& system, context_ptr context, local_front_actor local);

} // namespace rollcall
