#pragma once

#include "actors/cluster_view.hpp"
#include "actors/event_meters.hpp"
#include "actors/wire.hpp"
#include "domain/directory/directory.hpp"

#include <cstdint>
#include <vector>

namespace rollcall::wire {

// Our own requests and answers as they travel, and back. Pure.

list_query query_of(const list_request& request);

/// `own` are the claims of this node: by them it knows the environment of a switch whose calls are asked for.
call_query query_from(const list_query& query, const switch_claims& own, const directory& dir);

/// What another node tells is made a time that can be computed with: see moment_from().
std::int64_t time_of(timestamp t);
timestamp time_from(std::int64_t microseconds);
std::int64_t time_of(boot_time t);
boot_time boot_time_from(std::int64_t microseconds);

/// `to` is to carry it out, by its clock: its order expires by what it has told last, and ages are taken by
/// its time of day.
disconnect_order order_of(const disconnect_request& request, const node_id& asked, const member_state& to);
disconnect_request request_from(const disconnect_order& order, const node_id& own, directory_ptr dir);

preview_query query_of(const preview_request& request, const node_id& asked, const member_state& to);
preview_request request_from(const preview_query& query, const node_id& own, directory_ptr dir);

/// All counts, in one batch of any size: the export cuts it.
counts counts_of(const stats_by_account& accounts, switch_claims claims);

/// The counts of the switches that `superseded` (sorted) does not name, under the identities that their calls
/// have on `node`.
stats_by_account stats_from(const counts& told, const std::vector<switch_name>& superseded,
                            const node_id& node);

/// The events of each claim's switch, and back.
std::vector<std::uint32_t> events_of(const switch_claims& claims, const recent_events& events);
recent_events events_from(const counts& told);

} // namespace rollcall::wire
