#include "actors/requests/cluster_frontend.hpp"

#include "actors/requests/cluster_queries.hpp"
#include "actors/requests/cluster_watch.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/priority.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace rollcall {

namespace {

/// One call is never more than one: only a bound of 0 says anything of it. What is confirmed is counted
/// again.
bool must_be_counted(const disconnect_request& request) {
  if (!request.confirmation.empty())
    return true;
  return request.call ? request.limits.max_calls == 0 : request.limits.any();
}

struct cluster_frontend_state {
  static inline const char* name = "cluster_frontend";
};

cluster_frontend_actor::behavior_type
cluster_frontend_behavior(cluster_frontend_actor::stateful_pointer<cluster_frontend_state> self,
                          const context_ptr& context, const node_actor& node, const auditor_actor& auditor,
                          const node_orders_actor& orders, const history_reader_actor& history) {
  fails_with_node(self, context);
  return {
      [=](const list_request& request) {
        return self->delegate(spawn_cluster_list_query(self->system(), context, node), request);
      },
      [=](const watch_request& request) {
        return spawn_cluster_watch(self->system(), context, node, request);
      },
      [=](const stats_request& request) {
        return self->delegate(spawn_cluster_stats_query(self->system(), context, node), request);
      },
      [=](const preview_request& request) {
        return self->delegate(spawn_cluster_preview(self->system(), context, node), request);
      },
      [=](const disconnect_request& request) {
        return must_be_counted(request)
                   ? self->delegate(spawn_held_disconnect(self->system(), context, node, auditor), request)
                   : self->delegate(spawn_cluster_disconnect(self->system(), context, node, auditor),
                                    request);
      },
      [=](const node_order& order) -> caf::result<node_order_answer> {
        if (!orders)
          return caf::make_error(ec::unknown_node);
        return self->delegate(orders, order);
      },
      [=](const history_request& request) -> caf::result<history_answer> {
        if (!history)
          return caf::make_error(ec::no_history);
        return self->delegate(history, request);
      },
  };
}

} // namespace

cluster_frontend_actor spawn_cluster_frontend(caf::actor_system& system, context_ptr context, node_actor node,
                                              auditor_actor auditor, node_orders_actor orders,
                                              history_reader_actor history) {
  return spawn_with(priority::high, system, cluster_frontend_behavior, std::move(context), std::move(node),
                    std::move(auditor), std::move(orders), std::move(history));
}

} // namespace rollcall
