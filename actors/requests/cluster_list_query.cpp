#include "actors/cluster/list_import.hpp"
#include "actors/cluster/wire_format.hpp"
#include "actors/requests/cluster_queries.hpp"
#include "actors/requests/node_responses.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/workers/workers.hpp"
#include "domain/lists/merged_list.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace rollcall {

namespace {

struct cluster_list_query_state {
  static inline const char* name = "cluster_list_query";

  explicit cluster_list_query_state(cluster_list_query_actor::pointer ptr) : self(ptr) {}

  caf::result<cluster_list_answer> start(const list_request& request);

  cluster_list_query_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void ask_here();
  void ask(const member_state& other);
  void answer_if_complete();
  bool is_alone() const { return present_.view().members.empty(); }
  bool may_have_some(const member_state& other) const;

  list_request request_;
  caf::typed_response_promise<cluster_list_answer> promise_;
  node_responses present_;
  std::vector<merged_part> parts_; ///< as `present_` counts them
};

caf::result<cluster_list_answer> cluster_list_query_state::start(const list_request& request) {
  request_ = request;
  request_.now = context->now();
  promise_ = self->make_response_promise<cluster_list_answer>();
  present_.begin(*context);
  parts_.emplace_back();
  for (const auto& other : present_.view().members)
    if (may_have_some(other))
      ask(other);
    else if (other.up)
      present_.not_asked(other);
  ask_here();
  return promise_;
}

void cluster_list_query_state::ask_here() {
  auto own = request_;
  // What is asked of a part has to be cut to size, and may be another node's by now.
  if (!is_alone())
    own.query = for_part(std::move(own.query));
  self->request(spawn_list_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline}, own)
      .then(
          [this](call_list_ptr& calls) {
            parts_.front().rows = std::move(calls);
            present_.answered_here();
            answer_if_complete();
          },
          [this](caf::error& why) {
            promise_.deliver(std::move(why));
            self->quit();
          });
}

/// A list of one node's calls needs that node alone, which may be one whose name is not known yet.
bool cluster_list_query_state::may_have_some(const member_state& other) const {
  const auto& node = request_.query.filter.node;
  return !node || node->value() == other.name || (other.name == other.address && *node != context->node);
}

void cluster_list_query_state::ask(const member_state& other) {
  if (!other.up)
    return present_.leave_out(other, other.trouble);
  const auto who = present_.ask(other);
  // Running times are told by the clock of the node that has the call, where that is another one.
  auto request = request_;
  if (other.is_clock_off())
    request.now += other.ahead;
  self->request(other.actor, caf::duration{defaults::gather_deadline}, wire::query_of(request))
      .then(
          [this, who, now = request.now](wire::list_opening& opening) {
            present_.answered(who, std::move(opening.claims));
            parts_.push_back(
                {import_rows(self->system(), context, node_id{present_.node(who).name}, std::move(opening)),
                 {},
                 now});
            answer_if_complete();
          },
          [this, who](const caf::error& why) {
            present_.failed(who, self->system().render(why));
            log::warn("list", "node {} is left out: {}", present_.node(who).name, present_.node(who).why);
            answer_if_complete();
          });
}

void cluster_list_query_state::answer_if_complete() {
  if (!present_.is_over())
    return;
  if (present_.view().missing_is_fault && !present_.complete()) {
    promise_.deliver(present_.failure());
    self->quit();
    return;
  }
  const auto verdict = present_.verdict();
  cluster_list_answer answer;
  answer.now = request_.now;
  answer.covers = present_.covers(verdict, *request_.directory, request_.query.scope);
  if (is_alone()) {
    answer.rows = std::move(parts_.front().rows);
  } else {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      parts_[i].without = verdict.superseded(i);
    answer.rows = std::make_shared<merged_list>(request_.query, request_.now, std::move(parts_));
  }
  promise_.deliver(std::move(answer));
  self->quit();
}

cluster_list_query_actor::behavior_type
cluster_list_query(cluster_list_query_actor::stateful_pointer<cluster_list_query_state> self,
                   const context_ptr& context, const node_actor& node) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  return {[self](const list_request& request) { return self->state.start(request); }};
}

} // namespace

cluster_list_query_actor spawn_cluster_list_query(caf::actor_system& system, context_ptr context,
                                                  node_actor node) {
  return spawn_with(priority::high, system, cluster_list_query, std::move(context), std::move(node));
}

} // namespace rollcall
