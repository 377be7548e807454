#pragma once

#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace rollcall {

/// Ends the auditor when it has written what it was told, or has had its time twice. Blocks.
void stop_auditor(caf::actor_system& system, const node_actor& node, const auditor_actor& auditor,
                  std::chrono::milliseconds patience);

} // namespace rollcall
