#pragma once

#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace rollcall {

/// Ends who counts, and then who writes what was counted, when that is done or has had its time. Blocks.
void stop_history(caf::actor_system& system, const history_sampler_actor& sampler,
                  const history_writer_actor& writer, std::chrono::milliseconds patience);

} // namespace rollcall
