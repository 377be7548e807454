#include "actors/cluster/wire_format.hpp"
#include "actors/order_time.hpp"
#include "actors/requests/cluster_queries.hpp"
#include "actors/requests/node_responses.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/workers/workers.hpp"
#include "domain/directory/addressed_account.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace rollcall {

namespace {

struct cluster_disconnect_state {
  static inline const char* name = "cluster_disconnect";

  explicit cluster_disconnect_state(cluster_disconnect_actor::pointer ptr) : self(ptr) {}

  caf::result<cluster_disconnect_answer> start(const disconnect_request& request);
  void late();

  cluster_disconnect_actor::pointer self;
  context_ptr context;
  node_actor node;
  auditor_actor auditor;

private:
  /// What one node did.
  struct part {
    std::vector<switch_outcome> switches;
    std::uint64_t unknown = 0;
    bool audited = true;
    bool found = false;
  };

  bool concerns(const member_state& other, bool home_known) const;
  bool has_switch(const switch_claims& claims) const;
  bool is_connected_in(const switch_claims& claims) const;
  void ask_here();
  void ask(const member_state& other);
  void refused(node_responses::party who, const caf::error& why);
  void answer_if_complete();
  bool is_over(const cluster_disconnect_answer& report) const;
  bool is_unknown_account() const;
  cluster_disconnect_answer joined(const claim_verdict& verdict) const;
  void add_unknown(cluster_disconnect_answer& report) const;
  void join_one_call(cluster_disconnect_answer& report, std::uint64_t already) const;

  disconnect_request request_;
  caf::typed_response_promise<cluster_disconnect_answer> promise_;
  node_responses present_;
  std::vector<part> parts_;             ///< as `present_` counts them
  std::set<std::string> late_;          ///< nodes that the order reached too late
  std::vector<doubtful_node> doubtful_; ///< nodes that did not answer in time
  std::string switch_;                  ///< of the one call that is meant; empty for many
  bool settled_ = false;
};

caf::result<cluster_disconnect_answer> cluster_disconnect_state::start(const disconnect_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<cluster_disconnect_answer>();
  self->delayed_send(self, set_times(request_, *context) + defaults::disconnect_grace, atom::deadline_v);
  present_.begin(*context);
  parts_.emplace_back();
  const auto& others = present_.view().members;
  if (request_.call)
    switch_ = request_.call->value().substr(0, request_.call->value().find(':'));
  const auto home_known = request_.call
                          && (is_connected_in(present_.own_claims())
                              || std::any_of(others.begin(), others.end(), [&](const auto& other) {
                                   return other.up && is_connected_in(other.claims);
                                 }));
  ask_here();
  for (const auto& other : others)
    if (concerns(other, home_known))
      ask(other);
    else if (other.up)
      present_.not_asked(other);
  return promise_;
}

void cluster_disconnect_state::ask_here() {
  self->request(spawn_disconnect_worker(self->system(), context, node, auditor),
                caf::duration{2 * (request_.expires - request_.arrived)}, request_)
      .then(
          [this](node_disconnect_answer& told) {
            if (!present_.answered_here())
              return;
            parts_.front() = {std::move(told.switches), told.unknown, told.audited, told.found};
            answer_if_complete();
          },
          [this](const caf::error& why) { refused(node_responses::here, why); });
}

/// A single call is asked of those who claim its switch and are up; of all others only while it is connected
/// to none of these.
bool cluster_disconnect_state::concerns(const member_state& other, bool home_known) const {
  return !request_.call || !home_known || (other.up && has_switch(other.claims));
}

bool cluster_disconnect_state::has_switch(const switch_claims& claims) const {
  return std::any_of(claims.begin(), claims.end(), [&](const switch_claim& claim) {
    return claim.term != 0 && claim.name.value() == switch_;
  });
}

bool cluster_disconnect_state::is_connected_in(const switch_claims& claims) const {
  return std::any_of(claims.begin(), claims.end(), [&](const switch_claim& claim) {
    return claim.connected && claim.name.value() == switch_;
  });
}

void cluster_disconnect_state::ask(const member_state& other) {
  if (!other.up)
    return present_.leave_out(other, other.trouble);
  if (request_.allowed && !request_.allowed->contains(other.name))
    return present_.leave_out(other, "its calls were not counted");
  if (context->boottime() >= request_.expires) { // it would be refused, if it came there
    late_.insert(other.name);
    return present_.leave_out(other, "the order has expired");
  }
  const auto who = present_.ask(other);
  self->request(other.actor, caf::duration{2 * (request_.expires - request_.arrived)},
                wire::order_of(request_, context->node, other))
      .then(
          [this, who](wire::disconnect_answer& told) {
            if (!present_.answered(who, std::move(told.claims)))
              return;
            parts_.push_back({std::move(told.switches), told.unknown, told.audited, told.found});
            answer_if_complete();
          },
          [this, who](const caf::error& why) { refused(who, why); });
}

/// A node that says why it has begun nothing is missing. Any other error says nothing of what it has done or
/// will do: the connection may be gone while the order is there. It is waited for until the order is too late
/// everywhere.
void cluster_disconnect_state::refused(node_responses::party who, const caf::error& why) {
  const auto expired = why == ec::expired || why == ec::busy; // it can be said again
  if (!expired && why != ec::other_directory && why != ec::restarted)
    return;
  if (!present_.failed(who, self->system().render(why)))
    return;
  const auto& party = present_.node(who);
  log::error("disconnect", "{} {}: node {} has begun nothing: {}", request_.audit.method,
             request_.audit.target, party.name, party.why);
  if (expired)
    late_.insert(party.name);
  else if (why == ec::other_directory)
    present_.has_other_directory(party.name);
  answer_if_complete();
}

/// From here on nothing is begun any more. What those have done that did not say so, nobody knows.
void cluster_disconnect_state::late() {
  for (const auto who : present_.give_up("did not say in time what it has done")) {
    const auto& party = present_.node(who);
    log::error("disconnect", "{} {}: node {} {}", request_.audit.method, request_.audit.target, party.name,
               party.why);
    doubtful_.push_back({party.name, request_.call ? 1U : 0U});
  }
  answer_if_complete();
}

void cluster_disconnect_state::answer_if_complete() {
  if (!present_.is_over() || std::exchange(settled_, true))
    return;
  const auto verdict = present_.verdict();
  auto report = joined(verdict);
  report.covers = present_.covers(verdict, *request_.directory, request_.scope);
  const auto unanswerable =
      present_.view().missing_is_fault
      || (request_.call && !report.found && present_.is_holder_missing(switch_name{switch_}));
  if (report.doubtful.empty()) {
    add_unknown(report);
    // None of what a node has was hung up that was too late as a whole, and how much that is it does not say.
    if (!request_.call && report.failed == 0)
      report.failed = late_.size();
  }
  if (!is_over(report) && !present_.complete() && unanswerable)
    promise_.deliver(present_.failure(
        report.sent == 0 ? "" : std::to_string(report.sent) + " disconnects were sent by the others"));
  else
    promise_.deliver(std::move(report));
  self->quit();
}

/// A switch that has not told its calls yet is as good as away: there may be calls of it, and none was hung
/// up. So is one whose node is missing, though another node may still have what it had before it moved.
void cluster_disconnect_state::add_unknown(cluster_disconnect_answer& report) const {
  if (request_.call && report.found)
    return;
  std::set<std::string> unreached{report.covers.unknown.begin(), report.covers.unknown.end()};
  if (const auto* whose = request_.directory->find(request_.scope))
    unreached.merge(present_.switches_of_missing(whose->environment));
  for (const auto& of : unreached) {
    if (request_.call && of != switch_)
      continue;
    report.found = true;
    ++report.failed;
    const auto where = std::lower_bound(report.away.begin(), report.away.end(), of);
    if (where == report.away.end() || *where != of)
      report.away.insert(where, of);
  }
}

/// True when the report says itself that it is no good.
bool cluster_disconnect_state::is_over(const cluster_disconnect_answer& report) const {
  return !report.doubtful.empty() || (!report.late.empty() && report.sent == 0);
}

/// An account that only its calls know of: without any there is none.
bool cluster_disconnect_state::is_unknown_account() const {
  if (request_.account_name)
    return true;
  if (!request_.account)
    return false;
  const auto found = address(*request_.directory, request_.scope, *request_.account);
  return !found || !found->known;
}

cluster_disconnect_answer cluster_disconnect_state::joined(const claim_verdict& verdict) const {
  cluster_disconnect_answer report;
  std::set<std::string> away;
  auto late = late_;
  std::uint64_t already = 0;
  report.doubtful = doubtful_;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& lost = verdict.superseded(i);
    if (parts_[i].unknown != 0)
      report.doubtful.push_back({present_.node_of_part(i).value(), parts_[i].unknown});
    report.audited = report.audited && parts_[i].audited;
    for (const auto& one : parts_[i].switches) {
      report.sent += one.sent;
      already += one.already;
      // A node that the switch has left could not reach it, which says nothing.
      const switch_name of{one.name};
      if (std::binary_search(lost.begin(), lost.end(), of) || present_.is_connected_elsewhere(of, i))
        continue;
      report.failed += one.failed + one.expired + one.beyond;
      if (one.failed != 0)
        away.insert(one.name);
      if (one.expired != 0)
        late.insert(present_.node_of_part(i).value());
    }
  }
  std::sort(report.doubtful.begin(), report.doubtful.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (is_unknown_account())
    report.found = std::any_of(parts_.begin(), parts_.end(), [](const part& one) { return one.found; });
  report.away.assign(away.begin(), away.end());
  report.late.assign(late.begin(), late.end());
  if (request_.call)
    join_one_call(report, already);
  return report;
}

/// Where one node has the call, it does not matter what the others have.
void cluster_disconnect_state::join_one_call(cluster_disconnect_answer& report, std::uint64_t already) const {
  report.found = report.sent + already + report.failed > 0;
  if (report.sent + already > 0) {
    report.sent = std::min<std::uint64_t>(report.sent, 1);
    report.failed = 0;
    report.away.clear();
    report.late.clear();
    report.doubtful.clear();
  } else if (present_.is_holder_here(switch_name{switch_})) {
    std::erase_if(report.doubtful, [&](const doubtful_node& one) { return !present_.has(one.name); });
  }
}

cluster_disconnect_actor::behavior_type
cluster_disconnect(cluster_disconnect_actor::stateful_pointer<cluster_disconnect_state> self,
                   const context_ptr& context, const node_actor& node, const auditor_actor& auditor) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.auditor = auditor;
  return {
      [self](const disconnect_request& request) { return self->state.start(request); },
      [self](atom::deadline) { self->state.late(); },
  };
}

} // namespace

cluster_disconnect_actor spawn_cluster_disconnect(caf::actor_system& system, context_ptr context,
                                                  node_actor node, auditor_actor auditor) {
  return spawn_with(priority::high, system, cluster_disconnect, std::move(context), std::move(node),
                    std::move(auditor));
}

} // namespace rollcall
