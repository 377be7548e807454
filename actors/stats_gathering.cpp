#include "actors/attendance.hpp"
#include "actors/failure.hpp"
#include "actors/gatherings.hpp"
#include "actors/scheduling/urgency.hpp"
#include "actors/wire_format.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace rollcall {

namespace {

struct stats_gathering_state {
  static inline const char* name = "stats_gathering";

  explicit stats_gathering_state(stats_gathering_actor::pointer ptr) : self(ptr) {}

  caf::result<stats_report> start(const stats_request& request);

  stats_gathering_actor::pointer self;
  context_ptr context;
  local_front_actor front;

private:
  void ask(const member_state& other);
  void settle();
  stats_answer joined(const claim_verdict& verdict);

  stats_request request_;
  caf::typed_response_promise<stats_report> promise_;
  attendance present_;
  stats_answer own_;
  std::vector<wire::counts> others_; ///< in the order of `present_`, which begins with this node
  std::size_t open_ = 1;
  bool missing_is_fault_ = false;
};

caf::result<stats_report> stats_gathering_state::start(const stats_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<stats_report>();
  present_.begin(context->node, context->claims.all());
  const auto view = context->cluster.view();
  missing_is_fault_ = view->missing_is_fault;
  for (const auto& other : view->members)
    ask(other);
  self->request(front, caf::duration{2 * defaults::gather_deadline}, request_)
      .then(
          [this](stats_answer& told) {
            own_ = std::move(told);
            --open_;
            settle();
          },
          [this](caf::error& why) {
            promise_.deliver(std::move(why));
            self->quit();
          });
  return promise_;
}

void stats_gathering_state::ask(const member_state& other) {
  if (!other.up) {
    present_.missing(other.name);
    return;
  }
  ++open_;
  self->request(other.actor, caf::duration{defaults::gather_deadline},
                wire::stats_query{request_.scope.value(), request_.recursive})
      .then(
          [this, node = other.name](wire::counts& told) {
            present_.answered(node, told.claims);
            others_.push_back(std::move(told));
            --open_;
            settle();
          },
          [this, node = other.name](const caf::error& why) {
            log::warn("stats", "node {} is left out: {}", node, self->system().render(why));
            present_.missing(node);
            --open_;
            settle();
          });
}

void stats_gathering_state::settle() {
  if (open_ != 0)
    return;
  if (missing_is_fault_ && !present_.complete()) {
    promise_.deliver(present_.failure());
  } else {
    const auto verdict = present_.verdict();
    auto covers = present_.covers(verdict, *request_.directory, request_.scope);
    promise_.deliver(stats_report{joined(verdict), std::move(covers)});
  }
  self->quit();
}

stats_answer stats_gathering_state::joined(const claim_verdict& verdict) {
  const auto& lost = verdict.superseded(0);
  if (!lost.empty())
    for (auto& account : own_)
      account.counts.remove_if(
          [&](const auto& one) { return std::binary_search(lost.begin(), lost.end(), one.source->name); });
  if (others_.empty())
    return std::move(own_);
  std::map<account_key, switch_counts> sums;
  for (auto& account : own_)
    sums.emplace(account.account, std::move(account.counts));
  for (std::size_t i = 0; i < others_.size(); ++i)
    for (const auto& account : wire::stats_from(others_[i], verdict.superseded(i + 1), present_.node(i + 1)))
      sums[account.account].add(account.counts);
  stats_answer all;
  all.reserve(sums.size());
  for (auto& [key, counts] : sums)
    all.push_back({key, std::move(counts)});
  return all;
}

stats_gathering_actor::behavior_type
stats_gathering(stats_gathering_actor::stateful_pointer<stats_gathering_state> self,
                const context_ptr& context, const local_front_actor& front) {
  count_failures(self, context);
  self->state.context = context;
  self->state.front = front;
  return {[self](const stats_request& request) { return self->state.start(request); }};
}

} // namespace

stats_gathering_actor spawn_stats_gathering(caf::actor_system& system, context_ptr context,
                                            local_front_actor front) {
  return spawn_as(urgency::express, system, stats_gathering, std::move(context), std::move(front));
}

} // namespace rollcall
