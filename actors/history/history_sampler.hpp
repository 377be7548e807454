#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

/// Spawns who counts. `front` is asked as the API asks it, so that the history holds what the stats say;
/// `writer` writes down what was counted. An exit makes it give what it has of a minute, and end.
/// `own_thread`: its sums over all accounts keep no other actor waiting.
history_sampler_actor spawn_history_sampler(caf::actor_system& system, context_ptr context,
                                            cluster_frontend_actor front, history_writer_actor writer,
                                            bool own_thread = true);

} // namespace rollcall
