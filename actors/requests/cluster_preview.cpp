#include "actors/cluster/wire_format.hpp"
#include "actors/requests/cluster_queries.hpp"
#include "actors/requests/node_responses.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/workers/workers.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

caf::error restarted(const std::string& node) {
  return caf::make_error(ec::out_of_bounds, "Node " + node + " has restarted since the dry run");
}

struct cluster_preview_state {
  static inline const char* name = "cluster_preview";

  explicit cluster_preview_state(cluster_preview_actor::pointer ptr) : self(ptr) {}

  caf::result<cluster_preview_answer> start(const preview_request& request);

  cluster_preview_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void ask_here();
  void ask(const member_state& other);
  void answer_if_complete();
  void fail(caf::error why);
  bool is_reachable(const switch_name& of, std::size_t part) const;
  std::uint64_t unreached_switches(const coverage& covers) const;

  preview_request request_;
  caf::typed_response_promise<cluster_preview_answer> promise_;
  node_responses present_;
  std::vector<node_preview> parts_; ///< as `present_` counts them
};

caf::result<cluster_preview_answer> cluster_preview_state::start(const preview_request& request) {
  request_ = request;
  if (request_.at == timestamp{})
    request_.at = context->now();
  promise_ = self->make_response_promise<cluster_preview_answer>();
  present_.begin(*context);
  parts_.emplace_back();
  for (const auto& other : present_.view().members)
    ask(other);
  ask_here();
  return promise_;
}

void cluster_preview_state::ask_here() {
  self->request(spawn_preview_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline}, request_)
      .then(
          [this](node_preview& told) {
            parts_.front() = std::move(told);
            present_.answered_here();
            answer_if_complete();
          },
          [this](caf::error& why) {
            fail(why == ec::restarted ? restarted(context->node.value()) : std::move(why));
          });
}

void cluster_preview_state::fail(caf::error why) {
  promise_.deliver(std::move(why));
  self->quit();
}

void cluster_preview_state::ask(const member_state& other) {
  if (!other.up)
    return present_.leave_out(other, other.trouble);
  const auto who = present_.ask(other);
  self->request(other.actor, caf::duration{defaults::gather_deadline},
                wire::query_of(request_, context->node, other))
      .then(
          [this, who](wire::preview_answer& told) {
            if (!present_.answered(who, std::move(told.claims)))
              return;
            parts_.push_back({told.mark, std::move(told.switches), told.found});
            answer_if_complete();
          },
          [this, who](const caf::error& why) {
            if (why == ec::restarted)
              return fail(restarted(present_.node(who).name));
            if (!present_.failed(who, self->system().render(why)))
              return;
            if (why == ec::other_directory)
              present_.has_other_directory(present_.node(who).name);
            log::warn("preview", "node {} is left out: {}", present_.node(who).name, present_.node(who).why);
            answer_if_complete();
          });
}

/// Calls of a switch that has moved are counted where it is now, as lists have them.
void cluster_preview_state::answer_if_complete() {
  if (!present_.is_over())
    return;
  if (present_.view().missing_is_fault && !present_.complete()) {
    return fail(present_.failure());
  }
  const auto verdict = present_.verdict();
  cluster_preview_answer answer;
  answer.at = request_.at;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    auto& part = parts_[i];
    auto& allowance = answer.nodes[present_.node_of_part(i).value()];
    allowance.mark = part.mark;
    answer.found = answer.found || part.found;
    const auto& lost = verdict.superseded(i);
    for (auto& each : part.switches) {
      const switch_name of{each.name};
      if (std::binary_search(lost.begin(), lost.end(), of))
        continue;
      const auto reachable = is_reachable(of, i);
      if (reachable) {
        allowance.calls[each.name] = each.calls;
        answer.moved[each.name] += each.moved;
      }
      answer.calls.add(std::move(each), !reachable);
    }
  }
  answer.covers = present_.covers(verdict, *request_.of.directory, request_.of.scope);
  answer.unreached = unreached_switches(answer.covers);
  promise_.deliver(std::move(answer));
  self->quit();
}

bool cluster_preview_state::is_reachable(const switch_name& of, std::size_t part) const {
  const auto& claims = present_.claims_of_part(part);
  return std::any_of(claims.begin(), claims.end(),
                     [&](const switch_claim& claim) { return claim.connected && claim.name == of; });
}

/// As a disconnect tells them: there may be calls of each, and none could be hung up.
std::uint64_t cluster_preview_state::unreached_switches(const coverage& covers) const {
  std::set<std::string> unreached{covers.unknown.begin(), covers.unknown.end()};
  if (const auto* whose = request_.of.directory->find(request_.of.scope))
    unreached.merge(present_.switches_of_missing(whose->environment));
  if (const auto& call = request_.of.call)
    std::erase_if(unreached, [&](const std::string& of) { return !call->value().starts_with(of + ':'); });
  return unreached.size();
}

cluster_preview_actor::behavior_type
cluster_preview(cluster_preview_actor::stateful_pointer<cluster_preview_state> self,
                const context_ptr& context, const node_actor& node) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  return {[self](const preview_request& request) { return self->state.start(request); }};
}

} // namespace

cluster_preview_actor spawn_cluster_preview(caf::actor_system& system, context_ptr context, node_actor node) {
  return spawn_with(priority::high, system, cluster_preview, std::move(context), std::move(node));
}

} // namespace rollcall
