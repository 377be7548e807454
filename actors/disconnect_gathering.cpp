#include "actors/attendance.hpp"
#include "actors/failure.hpp"
#include "actors/gatherings.hpp"
#include "actors/scheduling/urgency.hpp"
#include "actors/wire_format.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace rollcall {

namespace {

struct disconnect_gathering_state {
  static inline const char* name = "hangup_gathering";

  explicit disconnect_gathering_state(disconnect_gathering_actor::pointer ptr) : self(ptr) {}

  caf::result<disconnect_report> start(const disconnect_request& request);
  void lost(const caf::actor_addr& member);

  disconnect_gathering_actor::pointer self;
  context_ptr context;
  local_front_actor front;

private:
  /// What one node did.
  struct part {
    std::vector<switch_outcome> switches;
    std::uint64_t unknown = 0;
  };
  struct asked_node {
    std::string name;
    caf::actor_addr member;
    switch_claims claims; ///< as last heard
    bool open = true;
  };

  bool concerns(const member_state& other, bool home_known) const;
  bool has_switch(const switch_claims& claims) const;
  bool is_connected_in(const switch_claims& claims) const;
  void ask(const member_state& other);
  void left_out(const asked_node& node);
  asked_node* closing(const std::string& node);
  void settle();
  disconnect_report joined(const claim_verdict& verdict) const;

  disconnect_request request_;
  caf::typed_response_promise<disconnect_report> promise_;
  attendance present_;
  std::vector<part> parts_; ///< in the order of `present_`
  std::vector<asked_node> asked_;
  std::string switch_; ///< of the one call that is meant; empty for many
  std::size_t open_ = 1;
  bool missing_is_fault_ = false;
};

caf::result<disconnect_report> disconnect_gathering_state::start(const disconnect_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<disconnect_report>();
  auto own = context->claims.all();
  const auto view = context->cluster.view();
  missing_is_fault_ = view->missing_is_fault;
  if (request_.call)
    switch_ = request_.call->value().substr(0, request_.call->value().find(':'));
  const auto home_known =
      request_.call
      && (is_connected_in(own)
          || std::any_of(view->members.begin(), view->members.end(),
                         [&](const auto& other) { return other.up && is_connected_in(other.claims); }));
  present_.begin(context->node, std::move(own));
  parts_.emplace_back();
  for (const auto& other : view->members)
    if (concerns(other, home_known))
      ask(other);
    else if (other.up)
      present_.not_asked(other.name, other.claims);
  self->request(front, caf::duration{defaults::disconnect_patience}, request_)
      .then(
          [this](disconnect_answer& told) {
            parts_.front() = {std::move(told.switches), told.unknown};
            --open_;
            settle();
          },
          [this](caf::error& why) {
            promise_.deliver(std::move(why));
            self->quit();
          });
  return promise_;
}

/// A single call is asked of those who claim its switch and are up; of all others only while it is connected
/// to none of these.
bool disconnect_gathering_state::concerns(const member_state& other, bool home_known) const {
  return !request_.call || !home_known || (other.up && has_switch(other.claims));
}

bool disconnect_gathering_state::has_switch(const switch_claims& claims) const {
  return std::any_of(claims.begin(), claims.end(), [&](const switch_claim& claim) {
    return claim.term != 0 && claim.name.value() == switch_;
  });
}

bool disconnect_gathering_state::is_connected_in(const switch_claims& claims) const {
  return std::any_of(claims.begin(), claims.end(), [&](const switch_claim& claim) {
    return claim.connected && claim.name.value() == switch_;
  });
}

void disconnect_gathering_state::ask(const member_state& other) {
  if (!other.up) {
    present_.missing(other.name, other.claims);
    return;
  }
  ++open_;
  asked_.push_back({other.name, other.actor.address(), other.claims});
  self->monitor(other.actor);
  self->request(other.actor, caf::duration{defaults::disconnect_patience},
                wire::order_of(request_, context->node))
      .then(
          [this, node = other.name](wire::disconnect_report& told) {
            if (!closing(node))
              return;
            present_.answered(node, std::move(told.claims));
            parts_.push_back({std::move(told.switches), told.unknown});
            settle();
          },
          [this, node = other.name](const caf::error& why) {
            const auto* one = closing(node);
            if (!one)
              return;
            log::error("disconnect", "{} {}: node {} does not say what it has done: {}",
                       request_.audit.method, request_.audit.target, node, self->system().render(why));
            left_out(*one);
          });
}

/// Nobody knows what this node has done.
void disconnect_gathering_state::left_out(const asked_node& node) {
  present_.missing(node.name, node.claims);
  settle();
}

/// Null when that node's part is settled already.
disconnect_gathering_state::asked_node* disconnect_gathering_state::closing(const std::string& node) {
  for (auto& one : asked_)
    if (one.name == node && std::exchange(one.open, false)) {
      self->demonitor(one.member); // it lives for long, and would remember us
      --open_;
      return &one;
    }
  return nullptr;
}

void disconnect_gathering_state::lost(const caf::actor_addr& member) {
  for (const auto& one : asked_)
    if (one.member == member && closing(one.name)) {
      log::error("disconnect", "{} {}: node {} was lost before it said what it has done",
                 request_.audit.method, request_.audit.target, one.name);
      left_out(one);
      return;
    }
}

void disconnect_gathering_state::settle() {
  if (open_ != 0)
    return;
  const auto verdict = present_.verdict();
  auto report = joined(verdict);
  report.covers = present_.covers(verdict, *request_.directory, request_.scope);
  const auto unanswerable =
      missing_is_fault_ || (request_.call && !report.found && present_.is_home_missing(switch_name{switch_}));
  if (!present_.complete() && unanswerable)
    promise_.deliver(present_.failure(
        report.sent == 0 ? "" : std::to_string(report.sent) + " disconnects were sent by the others"));
  else
    promise_.deliver(std::move(report));
  self->quit();
}

disconnect_report disconnect_gathering_state::joined(const claim_verdict& verdict) const {
  disconnect_report report;
  std::set<std::string> away;
  std::uint64_t already = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& lost = verdict.superseded(i);
    report.failed += parts_[i].unknown;
    for (const auto& one : parts_[i].switches) {
      report.sent += one.sent;
      already += one.already;
      // A node that the switch has left could not reach it, which says nothing.
      const switch_name of{one.name};
      if (one.failed == 0 || std::binary_search(lost.begin(), lost.end(), of)
          || present_.is_connected_elsewhere(of, i))
        continue;
      report.failed += one.failed;
      away.insert(one.name);
    }
  }
  if (request_.call) {
    report.found = report.sent + already + report.failed > 0;
    if (report.sent + already > 0) {
      report.sent = std::min<std::uint64_t>(report.sent, 1);
      report.failed = 0;
      away.clear();
    }
  }
  report.away.assign(away.begin(), away.end());
  return report;
}

disconnect_gathering_actor::behavior_type
disconnect_gathering(disconnect_gathering_actor::stateful_pointer<disconnect_gathering_state> self,
                     const context_ptr& context, const local_front_actor& front) {
  count_failures(self, context);
  self->state.context = context;
  self->state.front = front;
  self->set_down_handler([self](const caf::down_msg& down) { self->state.lost(down.source); });
  return {[self](const disconnect_request& request) { return self->state.start(request); }};
}

} // namespace

disconnect_gathering_actor spawn_disconnect_gathering(caf::actor_system& system, context_ptr context,
                                                      local_front_actor front) {
  return spawn_as(urgency::express, system, disconnect_gathering, std::move(context), std::move(front));
}

} // namespace rollcall
