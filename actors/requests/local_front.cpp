#include "actors/requests/local_front.hpp"

#include "actors/requests/workers.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/urgency.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace rollcall {

namespace {

struct local_front_state {
  static inline const char* name = "local_front";
};

local_front_actor::behavior_type
local_front_behavior(local_front_actor::stateful_pointer<local_front_state> self, const context_ptr& context,
                     const node_actor& node, const auditor_actor& auditor) {
  fails_with_node(self, context);
  return {
      [=](const list_request& request) {
        return self->delegate(spawn_list_worker(self->system(), context, node), request);
      },
      [=](const stats_request& request) {
        return self->delegate(spawn_stats_worker(self->system(), context, node), request);
      },
      [=](const disconnect_request& request) {
        return self->delegate(spawn_disconnect_worker(self->system(), context, node, auditor), request);
      },
      [=](caf::get_atom) { return self->delegate(node, caf::get_atom_v); },
  };
}

} // namespace

local_front_actor spawn_local_front(caf::actor_system& system, context_ptr context, node_actor node,
                                    auditor_actor auditor) {
  return spawn_as(urgency::express, system, local_front_behavior, std::move(context), std::move(node),
                  std::move(auditor));
}

} // namespace rollcall
