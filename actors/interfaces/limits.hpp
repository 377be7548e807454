#pragma once

#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

// Who looks at how much of each limit is used.

namespace rollcall {

/// Looks at the sum over all nodes once a second, where there is somebody who has a limit, and publishes
/// which limits are reached (limit_board). Each node has its own.
using limit_observer_actor = caf::typed_actor<
    // By which limits there are from now on. From the daemon.
    caf::reacts_to<directory_ptr>,
    // From itself, every defaults::limit_interval.
    caf::reacts_to<caf::tick_atom>>;

} // namespace rollcall
