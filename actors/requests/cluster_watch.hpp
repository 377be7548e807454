#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

/// Spawns the actor that tells one stream the calls of all nodes (events.md, 3). It ends with `left`.
cluster_watch_actor spawn_cluster_watch(caf::actor_system& system, context_ptr context, node_actor node,
                                        watch_request request);

} // namespace rollcall
