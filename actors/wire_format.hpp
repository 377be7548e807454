#pragma once

#include "actors/wire.hpp"
#include "domain/directory.hpp"

namespace rollcall::wire {

// Our own requests and answers as they travel, and back. Pure.

list_query query_of(const list_request& request);

/// `own` are the claims of this node: by them it knows the environment of a switch whose calls are asked for.
call_query query_from(const list_query& query, const switch_claims& own, const directory& dir);

std::int64_t time_of(timestamp t);
timestamp time_from(std::int64_t microseconds);

disconnect_order order_of(const disconnect_request& request, const node_id& asked);
disconnect_request request_from(const disconnect_order& order, directory_ptr dir);

counts counts_of(const stats_answer& accounts, switch_claims claims);

/// The counts of the switches that `superseded` (sorted) does not name, under the identities that their calls
/// have on `node`.
stats_answer stats_from(const counts& told, const std::vector<switch_name>& superseded, const node_id& node);

} // namespace rollcall::wire
