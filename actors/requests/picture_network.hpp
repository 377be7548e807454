#pragma once

#include "actors/context.hpp"
#include "actors/event_meters.hpp"
#include "actors/messages.hpp"
#include "actors/requests/node_responses.hpp"

#include <vector>

namespace rollcall {

/// Who and what there is, when nobody is awaited any more. `request`: of getNetwork, under whose directory
/// this node answers. `calls`: those that count, of all parts together. `events`: by part of `present`.
network_picture picture_network(const node_context& here, const node_responses& present,
                                const stats_request& request, const stats_by_account& calls,
                                const std::vector<recent_events>& events);

} // namespace rollcall
