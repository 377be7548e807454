#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/workers/workers.hpp"

#include <utility>

namespace rollcall {

caf::result<stats_by_account> stats_worker_state::start(const stats_request& request) {
  promise_ = self->make_response_promise<stats_by_account>();
  tree_ = answers_.expect(context->node.value());
  self->send(node, sum_.begin(request, stats_sink_actor{self}));
  self->delayed_send(self, defaults::gather_deadline, atom::deadline_v);
  return promise_;
}

void stats_worker_state::expect(std::uint64_t more) {
  answers_.passed_on(tree_, more);
  settle();
}

void stats_worker_state::part(const stats_part& part) {
  sum_.add(part);
  answers_.answered(tree_);
  settle();
}

void stats_worker_state::late() {
  promise_.deliver(tally_sum::late(*context, answers_.parties()[tree_].open));
  self->quit();
}

void stats_worker_state::settle() {
  if (!answers_.is_over())
    return;
  promise_.deliver(sum_.take());
  self->quit();
}

namespace {

stats_worker_actor::behavior_type stats_worker(stats_worker_actor::stateful_pointer<stats_worker_state> self,
                                               const context_ptr& context, const node_actor& node) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  return {
      [self](const stats_request& request) { return self->state.start(request); },
      one_way{[self](atom::expect, std::uint64_t more) { self->state.expect(more); }},
      one_way{[self](const stats_part& part) { self->state.part(part); }},
      one_way{[self](atom::deadline) { self->state.late(); }},
  };
}

} // namespace

stats_worker_actor spawn_stats_worker(caf::actor_system& system, context_ptr context, node_actor node) {
  return spawn_with(priority::high, system, stats_worker, std::move(context), std::move(node));
}

} // namespace rollcall
