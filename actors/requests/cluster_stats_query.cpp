#include "actors/cluster/wire_format.hpp"
#include "actors/requests/cluster_queries.hpp"
#include "actors/requests/node_responses.hpp"
#include "actors/requests/picture_network.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/workers/tally_sum.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace rollcall {

namespace {

struct cluster_stats_query_state {
  static inline const char* name = "cluster_stats_query";

  explicit cluster_stats_query_state(cluster_stats_query_actor::pointer ptr) : self(ptr) {}

  caf::result<cluster_stats_answer> start(const stats_request& request);
  void expect(std::uint64_t more);
  void part(const stats_part& part);
  void late();

  cluster_stats_query_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void ask(const member_state& other);
  void take(node_responses::party who, wire::counts told);
  void ask_for_more(node_responses::party who, wire::counts told);
  void left_out(node_responses::party who, const std::string& why);
  void answer_if_complete();
  stats_by_account joined(const claim_verdict& verdict);

  caf::typed_response_promise<cluster_stats_answer> promise_;
  node_responses present_;
  tally_sum own_;
  std::vector<wire::counts> others_;  ///< as `present_` counts parts, from 1
  std::vector<recent_events> events_; ///< as `present_` counts parts; none unless the network is asked for
};

caf::result<cluster_stats_answer> cluster_stats_query_state::start(const stats_request& request) {
  promise_ = self->make_response_promise<cluster_stats_answer>();
  present_.begin(*context);
  if (request.with_network)
    events_.push_back(context->meters.recent(self->clock().now()));
  self->send(node, own_.begin(request, stats_sink_actor{self}));
  for (const auto& other : present_.view().members)
    ask(other);
  self->delayed_send(self, defaults::gather_deadline, atom::deadline_v);
  return promise_;
}

void cluster_stats_query_state::expect(std::uint64_t more) {
  present_.passed_on_here(more);
  answer_if_complete();
}

void cluster_stats_query_state::part(const stats_part& part) {
  own_.add(part);
  present_.answered_here();
  answer_if_complete();
}

void cluster_stats_query_state::late() {
  const auto& own = present_.node(node_responses::here);
  if (own.is != fan_in::fate::awaited)
    return; // it is another node that is, which has its own deadline
  promise_.deliver(tally_sum::late(*context, own.open));
  self->quit();
}

void cluster_stats_query_state::ask(const member_state& other) {
  if (!other.up)
    return present_.leave_out(other, other.trouble);
  const auto who = present_.ask(other);
  self->request(other.actor, caf::duration{defaults::gather_deadline},
                wire::stats_query{own_.request().scope.value(), own_.request().recursive,
                                  own_.request().with_network,
                                  own_.request().for_limits ? own_.request().directory->hash() : ""})
      .then([this, who](wire::counts& told) { take(who, std::move(told)); },
            [this, who](const caf::error& why) { left_out(who, self->system().render(why)); });
}

void cluster_stats_query_state::take(node_responses::party who, wire::counts told) {
  if (!told.first.last)
    return told.exporter ? ask_for_more(who, std::move(told)) : left_out(who, "its counts have no end");
  present_.answered(who, told.claims);
  if (own_.request().with_network)
    events_.push_back(wire::events_from(told));
  others_.push_back(std::move(told));
  answer_if_complete();
}

/// Batch by batch, each when the one before is here: a message is bounded.
void cluster_stats_query_state::ask_for_more(node_responses::party who, wire::counts told) {
  const auto from = told.exporter;
  if (told.first.accounts.size() > defaults::most_counts) {
    self->send(from, atom::left_v);
    return left_out(who, "it counts more than there can be");
  }
  auto so_far = std::make_shared<wire::counts>(std::move(told));
  self->request(from, caf::duration{defaults::gather_deadline}, atom::more_v)
      .then(
          [this, who, so_far](const wire::counts_batch& batch) {
            auto& all = so_far->first;
            all.accounts.insert(all.accounts.end(), batch.accounts.begin(), batch.accounts.end());
            all.last = batch.last;
            take(who, std::move(*so_far));
          },
          [this, who](const caf::error& why) { left_out(who, self->system().render(why)); });
}

void cluster_stats_query_state::left_out(node_responses::party who, const std::string& why) {
  log::warn("stats", "node {} is left out: {}", present_.node(who).name, why);
  present_.failed(who, why);
  answer_if_complete();
}

void cluster_stats_query_state::answer_if_complete() {
  if (!present_.is_over())
    return;
  const auto& request = own_.request();
  if (present_.view().missing_is_fault && !present_.complete() && !request.with_network && !request.partial) {
    promise_.deliver(present_.failure());
  } else {
    const auto verdict = present_.verdict();
    cluster_stats_answer answer{joined(verdict), present_.covers(verdict, *request.directory, request.scope)};
    if (request.with_network) {
      answer.network = picture_network(*context, present_, request, answer.accounts, events_);
      answer.accounts.clear();
    }
    promise_.deliver(std::move(answer));
  }
  self->quit();
}

stats_by_account cluster_stats_query_state::joined(const claim_verdict& verdict) {
  auto own = own_.take();
  const auto& lost = verdict.superseded(0);
  if (!lost.empty())
    for (auto& account : own)
      account.counts.remove_if(
          [&](const auto& one) { return std::binary_search(lost.begin(), lost.end(), one.source->name); });
  if (own_.request().for_limits)
    own = limited_stats(own, *own_.request().directory);
  if (others_.empty())
    return own;
  std::map<account_key, switch_counts> sums;
  for (auto& account : own)
    sums.emplace(account.account, std::move(account.counts));
  for (std::size_t i = 0; i < others_.size(); ++i)
    for (const auto& account :
         wire::stats_from(others_[i], verdict.superseded(i + 1), present_.node_of_part(i + 1)))
      // By another directory it may be somebody else's. All accounts in one have no number.
      if (account.account == account_key{} || own_.is_meant(account.account))
        sums[account.account].add(account.counts);
  stats_by_account all;
  all.reserve(sums.size());
  for (auto& [key, counts] : sums)
    all.push_back({key, std::move(counts)});
  return all;
}

cluster_stats_query_actor::behavior_type
cluster_stats_query(cluster_stats_query_actor::stateful_pointer<cluster_stats_query_state> self,
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

cluster_stats_query_actor spawn_cluster_stats_query(caf::actor_system& system, context_ptr context,
                                                    node_actor node) {
  return spawn_with(priority::high, system, cluster_stats_query, std::move(context), std::move(node));
}

} // namespace rollcall
