#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <string>
#include <vector>

namespace rollcall {

/// What a takeover works with.
struct takeover_plan {
  struct other {
    std::string name;
    wire::member_actor actor;
  };

  context_ptr context;
  node_actor node;
  std::vector<other> others; ///< the nodes that are up
};

/// Spawns the actor that lets a switch connect to this node in a cluster: the others release it, whoever has
/// its calls hands them over, and only then it is attached here. Without a connection, the calls are handed
/// over alone, all of them or an error. Hang-ups follow by themselves. Lives for one attach_request.
attach_actor spawn_takeover(caf::actor_system& system, takeover_plan plan);

} // namespace rollcall
