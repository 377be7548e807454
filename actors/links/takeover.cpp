#include "actors/links/takeover.hpp"

#include "actors/runtime/failure.hpp"
#include "domain/base/fan_in.hpp"
#include "domain/lists/packed_rows.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rollcall {

namespace {

//   releasing ──all have answered──► adopting ──last batch──► attaching ──► answered
//       │ stale_epoch                   │ rows lost: the snapshot will tell what they were
//       └──► refused                    └──► attaching

struct takeover_state {
  static inline const char* name = "takeover";

  explicit takeover_state(attach_actor::pointer ptr) : self(ptr) {}

  caf::result<attached> start(const attach_request& request);

  attach_actor::pointer self;
  takeover_plan plan;

private:
  void on_released(fan_in::party from, const released& what);
  void on_nothing(fan_in::party by, const caf::error& why);
  void decide();
  switch_claim claim_of(const released& what) const;
  void adopt_from(const takeover_plan::other& holder);
  void adopt(const wire::list_batch& batch);
  void ask_for_more();
  void attach();
  void lost() {
    request_.whole = false;
    lost_ = true;
  }
  const std::string& log_name() const { return request_.name.value(); }

  attach_request request_;
  std::chrono::steady_clock::time_point begun_;
  caf::typed_response_promise<attached> promise_;
  fan_in others_;                                ///< as in the plan
  caf::error refused_;                           ///< by a node that has the switch
  const takeover_plan::other* holder_ = nullptr; ///< who has the calls
  released held_;
  wire::list_export_actor exporter_;
  row_unpacker rows_;
  std::uint64_t adopted_ = 0;
  bool lost_ = false; ///< not all that others have came
};

caf::result<attached> takeover_state::start(const attach_request& request) {
  request_ = request;
  begun_ = self->clock().now();
  promise_ = self->make_response_promise<attached>();
  for (const auto& other : plan.others)
    others_.expect(other.name);
  for (fan_in::party by = 0; by < plan.others.size(); ++by)
    self->request(plan.others[by].actor, caf::duration{defaults::release_deadline}, atom::release_v,
                  log_name(), request.epoch, request.connection ? request.connection->host() : switch_host{})
        .then([this, by](const released& what) { on_released(by, what); },
              [this, by](const caf::error& why) { on_nothing(by, why); });
  return promise_;
}

void takeover_state::on_released(fan_in::party from, const released& what) {
  const auto& by = plan.others[from];
  if (what.term > highest_term)
    log::error(log_name(), "node {} claims the invalid term {}", by.name, what.term);
  request_.above = std::max(request_.above, what.term);
  if (what.term != 0
      && (!holder_ || wins(claim_of(what), node_id{by.name}, claim_of(held_), node_id{holder_->name}))) {
    holder_ = &by;
    held_ = what;
  }
  if (knows_more(what.holders, request_.holders))
    request_.holders = what.holders;
  others_.answered(from);
  decide();
}

void takeover_state::on_nothing(fan_in::party by, const caf::error& why) {
  if (why == ec::stale_epoch || why == ec::two_hosts) {
    refused_ = why;
  } else if (why != ec::unknown_switch) {
    // It may have been the switch's node: what this one has is not all, until the switch has told.
    lost();
    log::warn(log_name(), "node {} did not answer whether it had the switch: {}", plan.others[by].name,
              self->system().render(why));
  }
  others_.failed(by, self->system().render(why));
  decide();
}

/// What the node claimed until it released the switch.
switch_claim takeover_state::claim_of(const released& what) const {
  switch_claim claim;
  claim.name = request_.name;
  claim.term = what.term;
  claim.whole = what.whole;
  claim.connected = what.connected;
  return claim;
}

void takeover_state::decide() {
  if (!others_.is_over())
    return;
  if (refused_) {
    promise_.deliver(std::move(refused_));
    self->quit();
    return;
  }
  for (const auto& own : plan.context->claims.all())
    if (own.name == request_.name && own.whole
        && (!holder_ || wins(own, plan.context->node, claim_of(held_), node_id{holder_->name})))
      holder_ = nullptr; // nobody has anything newer than this node itself
  if (holder_ && !held_.whole)
    request_.whole = false;
  if (holder_ && held_.calls > 0)
    adopt_from(*holder_);
  else
    attach();
}

void takeover_state::adopt_from(const takeover_plan::other& holder) {
  wire::list_query all;
  all.of_switch = log_name();
  self->request(holder.actor, caf::duration{defaults::handover_deadline}, all)
      .then(
          [this](wire::list_opening& opening) {
            exporter_ = std::move(opening.exporter);
            adopt(opening.first);
          },
          [this](const caf::error& why) {
            lost();
            log::error(log_name(), "node {} did not hand over its calls: {}", holder_->name,
                       self->system().render(why));
            attach();
          });
}

void takeover_state::adopt(const wire::list_batch& batch) {
  records calls;
  try {
    rows_.begin(batch.rows);
    record_ptr record;
    customer_id customer;
    while (rows_.next(record, customer))
      calls.push_back(std::move(record));
  } catch (const malformed_rows& e) {
    lost();
    log::error(log_name(), "node {} hands over malformed call records: {}", holder_->name, e.what());
  }
  adopted_ += calls.size();
  self->send(plan.node, atom::adopt_v, request_.name, std::move(calls));
  if (batch.last || !exporter_) {
    attach();
  } else if (self->clock().now() - begun_ < defaults::handover_limit) {
    ask_for_more();
  } else {
    lost();
    self->send(exporter_, atom::left_v);
    log::warn(
        log_name(),
        "node {} is slow to hand over: {} calls came in time, the switch's snapshot will add the others",
        holder_->name, adopted_);
    attach();
  }
}

void takeover_state::ask_for_more() {
  self->request(exporter_, caf::duration{defaults::handover_deadline}, atom::more_v)
      .then([this](const wire::list_batch& batch) { adopt(batch); },
            [this](const caf::error& why) {
              lost();
              log::error(log_name(), "node {} stopped after handing over {} calls: {}", holder_->name,
                         adopted_, self->system().render(why));
              attach();
            });
}

void takeover_state::attach() {
  request_.told = holder_ && held_.told;
  if (holder_)
    request_.run = held_.run;
  if (holder_ && held_.calls > 0) {
    if (adopted_ < held_.calls) {
      if (request_.whole)
        log::error(log_name(),
                   "node {} has {} calls and handed over {}: the switch's snapshot will add the others",
                   holder_->name, held_.calls, adopted_);
      lost();
    }
    ++plan.context->metrics.switches_taken_over;
    log::info(log_name(), "taken over from node {}: {} of {} calls", holder_->name, adopted_, held_.calls);
  }
  // What was not handed over would be nobody's: no snapshot tells it here.
  if (!request_.connection && lost_) {
    promise_.deliver(caf::make_error(ec::too_late));
    self->quit();
    return;
  }
  self->request(plan.node, caf::duration{defaults::attach_deadline}, request_)
      .then(
          [this](attached& session) {
            promise_.deliver(std::move(session));
            self->quit();
          },
          [this](caf::error& why) {
            promise_.deliver(std::move(why));
            self->quit();
          });
}

attach_actor::behavior_type takeover(attach_actor::stateful_pointer<takeover_state> self,
                                     const takeover_plan& plan) {
  fails_alone(self, plan.context);
  self->state.plan = plan;
  return {[self](const attach_request& request) { return self->state.start(request); }};
}

} // namespace

attach_actor spawn_takeover(caf::actor_system& system, takeover_plan plan) {
  return system.spawn(takeover, std::move(plan));
}

} // namespace rollcall
