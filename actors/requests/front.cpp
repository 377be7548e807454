#include "actors/requests/front.hpp"

#include "actors/requests/gatherings.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/urgency.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace rollcall {

namespace {

struct front_state {
  static inline const char* name = "front";
};

front_actor::behavior_type front_behavior(front_actor::stateful_pointer<front_state> self,
                                          const context_ptr& context, const node_actor& node,
                                          const auditor_actor& auditor, const node_orders_actor& orders) {
  fails_with_node(self, context);
  return {
      [=](const list_request& request) {
        return self->delegate(spawn_list_gathering(self->system(), context, node), request);
      },
      [=](const stats_request& request) {
        return self->delegate(spawn_stats_gathering(self->system(), context, node), request);
      },
      [=](const disconnect_request& request) {
        return self->delegate(spawn_disconnect_gathering(self->system(), context, node, auditor), request);
      },
      [=](const node_order& order) -> caf::result<node_order_answer> {
        if (!orders)
          return caf::make_error(ec::unknown_node);
        return self->delegate(orders, order);
      },
  };
}

} // namespace

front_actor spawn_front(caf::actor_system& system, context_ptr context, node_actor node,
                        auditor_actor auditor, node_orders_actor orders) {
  return spawn_as(urgency::express, system, front_behavior, std::move(context), std::move(node),
                  std::move(auditor), std::move(orders));
}

} // namespace rollcall
