#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <optional>
#include <string>

namespace rollcall {

/// Spawns what stands here for a watcher of another node, which has this member. A question fails when the
/// other node does not answer it, or when its answer is not a batch; every later question fails, too.
watcher_actor spawn_watch_import(caf::actor_system& system, context_ptr context, const std::string& from,
                                 wire::member_actor member, const watch_request& request,
                                 std::optional<log_place> since);

} // namespace rollcall
