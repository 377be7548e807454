#pragma once

#include "actors/interfaces.hpp"
#include "transport/switches/common/switch_port.hpp"

#include <caf/fwd.hpp>

namespace rollcall {

/// The attach_fn that registers connections with the links that `by` finds. `system` must outlive all ports.
attach_fn attach_to(caf::actor_system& system, attach_actor by);

} // namespace rollcall
