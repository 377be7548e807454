#pragma once

#include "actors/messages.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

/// `drainNode`: a node hands its switches over to others, leaves and stops.
extern const method drain_node;

/// `forgetNode`: nobody misses a node any more that is away for good.
extern const method forget_node;

/// Fault 403 for all but the root customer of environment 1 and trusted requests of this machine.
xmlrpc::or_fault<node_order> parse_node_order(const invocation& call, node_order::kind what);

} // namespace rollcall::api
