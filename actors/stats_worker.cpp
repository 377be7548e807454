#include "actors/failure.hpp"
#include "actors/one_way.hpp"
#include "actors/scheduling/urgency.hpp"
#include "actors/workers.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace rollcall {

caf::result<stats_answer> stats_worker_state::start(const stats_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<stats_answer>();
  self->send(node, stats_job_ptr{std::make_shared<stats_job>(
                       stats_job{request.scope, request.recursive, stats_worker_actor{self}})});
  self->delayed_send(self, defaults::gather_deadline, atom::deadline_v);
  return promise_;
}

void stats_worker_state::expect(std::uint64_t more) {
  open_ += more;
  --open_;
  settle();
}

void stats_worker_state::part(stats_part& part) {
  for (const auto& news : part.accounts)
    learn(news);
  --open_;
  settle();
}

// An account that changed hands a moment ago is told of by its former customer too, or by itself, or by a
// customer that is in scope no more: the newest counts hold, and the request's directory.
void stats_worker_state::learn(const tally_update& news) {
  const auto& dir = *request_.directory;
  const auto* owner = dir.owner(news.account.environment, news.account.account);
  if (!owner || !(request_.recursive ? dir.covers(request_.scope, owner->id) : owner->id == request_.scope))
    return;
  auto& known = found_[news.account];
  if (known.version <= news.version)
    known = news;
}

void stats_worker_state::late() {
  ++context->metrics.requests_late;
  log::error("stats", "{} tallies did not answer in time", open_);
  promise_.deliver(caf::make_error(ec::too_late));
  self->quit();
}

void stats_worker_state::settle() {
  if (open_ != 0)
    return;
  stats_answer answer;
  answer.reserve(found_.size());
  for (const auto& [key, news] : found_)
    if (!news.counts.none())
      answer.push_back({key, news.counts});
  std::sort(answer.begin(), answer.end(),
            [](const account_stats& a, const account_stats& b) { return a.account < b.account; });
  promise_.deliver(std::move(answer));
  self->quit();
}

namespace {

stats_worker_actor::behavior_type stats_worker(stats_worker_actor::stateful_pointer<stats_worker_state> self,
                                               const context_ptr& context, const node_actor& node) {
  count_failures(self, context);
  self->state.context = context;
  self->state.node = node;
  return {
      [self](const stats_request& request) { return self->state.start(request); },
      one_way{[self](atom::expect, std::uint64_t more) { self->state.expect(more); }},
      one_way{[self](stats_part& part) { self->state.part(part); }},
      one_way{[self](atom::deadline) { self->state.late(); }},
  };
}

} // namespace

stats_worker_actor spawn_stats_worker(caf::actor_system& system, context_ptr context, node_actor node) {
  return spawn_as(urgency::express, system, stats_worker, std::move(context), std::move(node));
}

} // namespace rollcall
