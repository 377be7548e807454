#include "actors/requests/cluster_watch.hpp"

#include "actors/requests/cluster_watch_state.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"

#include <caf/stateful_actor.hpp>

#include <utility>

namespace rollcall {

void cluster_watch_state::begin(watch_request request) {
  request_ = std::move(request);
  if (const auto* scope = request_.directory->find(request_.query.scope))
    environment_ = scope->environment;
  resuming_ = request_.since.has_value();
  began_ = last_mark_ = self->clock().now();
  look_round();
  if (request_.since)
    for (const auto& [of, told] : request_.since->switches)
      if (!switches_.contains(switch_name{of}))
        reset_removed(of);
  begin_if_heard();
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
}

caf::result<watch_messages_ptr> cluster_watch_state::more() {
  asked_ = true;
  promise_ = self->make_response_promise<watch_messages_ptr>();
  look_round();
  begin_if_heard();
  deliver(false);
  for (auto& [who, from] : sources_)
    ask(who, from);
  return promise_;
}

void cluster_watch_state::pulse() {
  if (!asked_ && self->clock().now() - began_ > defaults::watch_patience)
    return end(); // its client was gone before it began
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
  if (!promise_.pending())
    return; // nobody reads: what comes of nodes and switches meanwhile is told then
  look_round();
  begin_if_heard();
  tell_synced();
  mark_if_due();
  deliver(true);
}

/// The watchers of this node end with it; those of others with their imports.
void cluster_watch_state::end() {
  for (auto& [who, from] : sources_)
    if (from.watcher)
      self->send(from.watcher, atom::left_v);
  self->quit();
}

void cluster_watch_state::look_round() {
  look_at_nodes();
  look_at_switches();
  look_at_limits();
}

namespace {

cluster_watch_actor::behavior_type
cluster_watch(cluster_watch_actor::stateful_pointer<cluster_watch_state> self, const context_ptr& context,
              const node_actor& node, const watch_request& request) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.begin(request);
  return {
      [self](atom::more) { return self->state.more(); },
      one_way{[self](atom::left) { self->state.end(); }},
      one_way{[self](caf::tick_atom) { self->state.pulse(); }},
  };
}

} // namespace

cluster_watch_actor spawn_cluster_watch(caf::actor_system& system, context_ptr context, node_actor node,
                                        watch_request request) {
  return system.spawn(cluster_watch, std::move(context), std::move(node), std::move(request));
}

} // namespace rollcall
