#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

/// Spawns who looks at limits. `front` is asked as the API asks it, so that what is said of a limit is what
/// getLimits and the stats say. `own_thread`: its sums over all accounts keep no other actor waiting. It ends
/// with an exit.
limit_observer_actor spawn_limit_observer(caf::actor_system& system, context_ptr context,
                                          cluster_frontend_actor front, bool own_thread = true);

} // namespace rollcall
