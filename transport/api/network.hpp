#pragma once

#include "transport/api/method.hpp"

namespace rollcall::api {

/// getNetwork: nodes and switches, how they are and since when.
extern const method get_network;

struct network_question {
  stats_request request;
  bool of_root = false; ///< of a root customer: with figures of nodes, and of switches as a whole
};

xmlrpc::or_fault<network_question> parse_network(const invocation& call);

/// `told` has a network.
answer render_network(const network_question& asked, const cluster_stats_answer& told, bool full_unicode);

} // namespace rollcall::api
