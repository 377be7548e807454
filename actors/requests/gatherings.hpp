#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

// A gathering lives for one request of the API: it asks a worker of this node and every other node that is
// up, waits for each no longer than its deadline, and joins what came. Who did not answer is named. Stats are
// what is asked for most often, and few numbers: their gathering does itself what this node's worker would.

list_gathering_actor spawn_list_gathering(caf::actor_system& system, context_ptr context, node_actor node);
stats_gathering_actor spawn_stats_gathering(caf::actor_system& system, context_ptr context, node_actor node);
disconnect_gathering_actor spawn_disconnect_gathering(caf::actor_system& system, context_ptr context,
                                                      node_actor node, auditor_actor auditor);

} // namespace rollcall
