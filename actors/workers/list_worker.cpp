#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/workers/workers.hpp"
#include "domain/directory/addressed_account.hpp"

#include <memory>
#include <utility>

namespace rollcall {

caf::result<call_list_ptr> list_worker_state::start(const list_request& request) {
  request_ = request;
  if (request_.now == timestamp{})
    request_.now = context->now();
  if (!request_.watched) // a stream tells what was found when its calls were looked at last
    request_.query.filter.rules = context->symptoms.rules();
  promise_ = self->make_response_promise<call_list_ptr>();
  tree_ = answers_.expect(context->node.value());
  const auto& query = request_.query;
  const auto& dir = *request_.directory;
  auto job =
      std::make_shared<list_job>(list_job{query, request_.directory, std::nullopt, self->clock().now(),
                                          request_.now, list_worker_actor{self}, request_.changed_after});
  if (query.account || query.account_name) {
    // One account is asked where it belongs, not where the scope begins.
    const auto found = query.account ? address(dir, query.scope, *query.account)
                                     : address(dir, query.scope, *query.account_name);
    if (!found || (!query.recursive && found->owner != query.scope)) {
      answers_.answered(tree_);
      settle();
      return promise_;
    }
    job->account = found->key;
    job->query.scope = found->owner;
  }
  self->send(node, list_job_ptr{std::move(job)});
  self->delayed_send(self, defaults::gather_deadline, atom::deadline_v);
  return promise_;
}

void list_worker_state::expect(std::uint64_t more) {
  answers_.passed_on(tree_, more);
  settle();
}

void list_worker_state::part(list_part& part) {
  parts_.push_back(std::move(part));
  answers_.answered(tree_);
  settle();
}

void list_worker_state::late() {
  ++context->metrics.requests_late;
  log::error("list", "{} parts did not come in time", answers_.parties()[tree_].open);
  promise_.deliver(caf::make_error(ec::too_late));
  self->quit();
}

void list_worker_state::settle() {
  if (!answers_.is_over())
    return;
  promise_.deliver(std::make_shared<call_list>(std::move(request_.query), std::move(request_.directory),
                                               std::move(parts_), request_.now, request_.watched));
  self->quit();
}

namespace {

list_worker_actor::behavior_type list_worker(list_worker_actor::stateful_pointer<list_worker_state> self,
                                             const context_ptr& context, const node_actor& node) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  return {
      [self](const list_request& request) { return self->state.start(request); },
      one_way{[self](atom::expect, std::uint64_t more) { self->state.expect(more); }},
      one_way{[self](list_part& part) { self->state.part(part); }},
      one_way{[self](atom::deadline) { self->state.late(); }},
  };
}

} // namespace

list_worker_actor spawn_list_worker(caf::actor_system& system, context_ptr context, node_actor node) {
  return system.spawn(list_worker, std::move(context), std::move(node));
}

} // namespace rollcall
