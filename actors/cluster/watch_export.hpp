#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns the actor that tells another node the calls of this one: a watcher of this node, whose batches it
/// packs. It ends when the actor that asks it ends, or when nobody asks.
wire::watch_export_actor spawn_watch_export(caf::actor_system& system, context_ptr context, node_actor node,
                                            const directory_ptr& dir, const wire::watch_query& query);

} // namespace rollcall
