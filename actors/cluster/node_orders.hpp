#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns who carries out drainNode and forgetNode, which go through the audit log like everything that
/// somebody asked for. `auditor` may be null.
node_orders_actor spawn_node_orders(caf::actor_system& system, context_ptr context, cluster_actor cluster,
                                    auditor_actor auditor);

} // namespace rollcall
