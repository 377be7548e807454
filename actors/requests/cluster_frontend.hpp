#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns the frontend, the one actor that the API asks. Each request about calls gets a cluster query of its
/// own, which answers it. A node_order is passed on to `orders` as it is: so the API, and the tests that put
/// a scripted frontend in its place, know one actor only, and what that message costs does not matter for
/// what an operator orders by hand. So is a history_request to `history`. `auditor` may be null; without
/// `orders` no node is known, without `history` there is none.
cluster_frontend_actor spawn_cluster_frontend(caf::actor_system& system, context_ptr context, node_actor node,
                                              auditor_actor auditor, node_orders_actor orders = {},
                                              history_reader_actor history = {});

} // namespace rollcall
