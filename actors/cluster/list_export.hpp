#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

namespace rollcall {

/// A list for another node: asked for once, then read batch by batch.
using list_exporting_actor = wire::list_export_actor::extend<
    // From the member, once. The answer is the beginning; the rest is read from this actor.
    caf::replies_to<wire::list_query>::with<wire::list_opening>,
    // From itself: end, if nobody has asked since the last time.
    caf::reacts_to<caf::tick_atom>>;

/// Spawns the actor that gathers one list of this node and hands it over to another one. It ends when the
/// list is told, when whoever asked is gone, or when nobody asks for more.
list_exporting_actor spawn_list_export(caf::actor_system& system, context_ptr context, node_actor node,
                                       directory_ptr dir);

} // namespace rollcall
