#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// Spawns what other nodes find of this one: it has their requests carried out here, on this node alone. It
/// answers nothing about calls before it was given a directory and a cluster actor. `auditor` may be null,
/// and so may `history`, which is given the minutes that others have counted. `own_thread`: see
/// cluster_settings.
member_host_actor spawn_member(caf::actor_system& system, context_ptr context, node_actor node,
                               auditor_actor auditor, bool own_thread, history_writer_actor history = {});

} // namespace rollcall
