#include "actors/cluster/node_orders.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/log.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

struct node_orders_state {
  static inline const char* name = "node_orders";
  using promise = caf::typed_response_promise<node_order_answer>;

  explicit node_orders_state(node_orders_actor::pointer ptr) : self(ptr) {}

  caf::result<node_order_answer> take(const node_order& order);

  node_orders_actor::pointer self;
  context_ptr context;
  cluster_actor cluster;
  auditor_actor auditor;

private:
  void carry_out(const node_order& order, const promise& to);
  void drain_other(const node_order& order, const promise& to);
  void finish(const node_order& order, const caf::error& failure, promise to);
  template <class Actor, class... Ts>
  void ask(const node_order& order, const promise& to, const Actor& whom, const Ts&... xs);
};

caf::result<node_order_answer> node_orders_state::take(const node_order& order) {
  auto to = self->make_response_promise<node_order_answer>();
  carry_out(order, to);
  return to;
}

void node_orders_state::carry_out(const node_order& order, const promise& to) {
  if (order.what == node_order::kind::forget)
    ask(order, to, cluster, atom::forget_v, order.node);
  else if (order.node == context->node.value())
    ask(order, to, cluster, atom::drain_v, true);
  else
    drain_other(order, to);
}

void node_orders_state::drain_other(const node_order& order, const promise& to) {
  const auto view = context->cluster.view();
  const auto found = std::find_if(view->members.begin(), view->members.end(),
                                  [&](const auto& one) { return one.name == order.node; });
  if (found == view->members.end())
    finish(order, caf::make_error(ec::unknown_node), to);
  else if (!found->up || !found->actor)
    finish(order, caf::make_error(ec::node_missing, order.node), to);
  else
    ask(order, to, found->actor, atom::drain_v,
        std::int64_t{(found->clock.last() + defaults::drain_patience).time_since_epoch().count()});
}

template <class Actor, class... Ts>
void node_orders_state::ask(const node_order& order, const promise& to, const Actor& whom, const Ts&... xs) {
  self->request(whom, caf::duration{defaults::drain_deadline}, xs...)
      .then([this, order, to](caf::ok_atom) { finish(order, {}, to); },
            [this, order, to](const caf::error& why) {
              if (why == ec::unknown_node || why == ec::node_up || why == ec::not_drained)
                return finish(order, why, to);
              auto text = "node " + order.node + " did not answer in time";
              if (why != ec::expired)
                text += "; it may be drained yet";
              finish(order, caf::make_error(ec::not_drained, std::move(text)), to);
            });
}

/// `failure` none: it is done. That goes into the log like a disconnect; one that was refused as one that
/// hung up nothing.
void node_orders_state::finish(const node_order& order, const caf::error& failure, promise to) {
  const std::function<void()> answer = [failure, to]() mutable {
    if (failure)
      to.deliver(failure);
    else
      to.deliver(node_order_answer{});
  };
  if (!auditor)
    return answer();
  auto request = order.audit;
  request.target = cut_for_audit(std::move(request.target));
  auto text = failure ? self->system().render(failure) : std::string{"OK"};
  audit_writes writes;
  writes.push_back({context->audit.new_entry(),
                    std::make_shared<const audit_request>(std::move(request)),
                    {},
                    audit_answer{context->now(), std::move(text)},
                    static_cast<bool>(failure)});
  const auto unwritten = [this, answer, what = order.audit.method + ' ' + order.audit.target] {
    ++context->metrics.audit_failures;
    log::error("cluster", "{}: not yet in the audit log", what);
    answer();
  };
  if (!context->audit.admit(bytes_of(writes), audit_room::answers)) {
    context->audit.count_dropped();
    return unwritten();
  }
  self->request<caf::message_priority::high>(auditor, caf::duration{defaults::audit_deadline},
                                             std::move(writes))
      .then([answer](caf::ok_atom) { answer(); }, [unwritten](const caf::error&) { unwritten(); });
}

node_orders_actor::behavior_type node_orders(node_orders_actor::stateful_pointer<node_orders_state> self,
                                             const context_ptr& context, const cluster_actor& cluster,
                                             const auditor_actor& auditor) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.cluster = cluster;
  self->state.auditor = auditor;
  return {[self](const node_order& order) { return self->state.take(order); }};
}

} // namespace

node_orders_actor spawn_node_orders(caf::actor_system& system, context_ptr context, cluster_actor cluster,
                                    auditor_actor auditor) {
  return system.spawn(node_orders, std::move(context), std::move(cluster), std::move(auditor));
}

} // namespace rollcall
