#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

// A cluster query lives for one request of the API: it asks a worker of this node and every other node that
// is up, waits for each no longer than its deadline, and joins what came. Who did not answer is named. Stats
// are what is asked for most often, and few numbers: their cluster query does itself what this node's worker
// would.

cluster_list_query_actor spawn_cluster_list_query(caf::actor_system& system, context_ptr context,
                                                  node_actor node);
cluster_stats_query_actor spawn_cluster_stats_query(caf::actor_system& system, context_ptr context,
                                                    node_actor node);
cluster_preview_actor spawn_cluster_preview(caf::actor_system& system, context_ptr context, node_actor node);
held_disconnect_actor spawn_held_disconnect(caf::actor_system& system, context_ptr context, node_actor node,
                                            auditor_actor auditor);
cluster_disconnect_actor spawn_cluster_disconnect(caf::actor_system& system, context_ptr context,
                                                  node_actor node, auditor_actor auditor);

} // namespace rollcall
