#include "actors/takeover.hpp"

#include "actors/failure.hpp"
#include "domain/packed_rows.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <tuple>
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
  void on_released(const takeover_plan::other& by, const released& what);
  void on_nothing(const takeover_plan::other& by, const caf::error& why);
  void settle_releases();
  void adopt_from(const takeover_plan::other& holder);
  void adopt(const wire::list_batch& batch);
  void ask_for_more();
  void attach();
  const std::string& who() const { return request_.name.value(); }

  attach_request request_;
  std::chrono::steady_clock::time_point begun_;
  caf::typed_response_promise<attached> promise_;
  std::size_t open_ = 0;
  bool refused_ = false;
  const takeover_plan::other* holder_ = nullptr; ///< who has the calls
  released held_;
  wire::list_export_actor exporter_;
  row_unpacker rows_;
  std::uint64_t adopted_ = 0;
};

caf::result<attached> takeover_state::start(const attach_request& request) {
  request_ = request;
  begun_ = self->clock().now();
  promise_ = self->make_response_promise<attached>();
  open_ = plan.others.size();
  for (const auto& other : plan.others)
    self->request(other.actor, caf::duration{defaults::release_deadline}, atom::release_v, who(),
                  request.epoch)
        .then([this, &other](const released& what) { on_released(other, what); },
              [this, &other](const caf::error& why) { on_nothing(other, why); });
  return promise_;
}

void takeover_state::on_released(const takeover_plan::other& by, const released& what) {
  const auto rank = [](const released& x) { return std::tuple{x.whole, x.term}; };
  request_.above = std::max(request_.above, what.term);
  if (what.term != 0 && (!holder_ || rank(what) > rank(held_))) {
    holder_ = &by;
    held_ = what;
  }
  --open_;
  settle_releases();
}

void takeover_state::on_nothing(const takeover_plan::other& by, const caf::error& why) {
  if (why == ec::stale_epoch) {
    refused_ = true;
  } else if (why != ec::unknown_switch) {
    // It may have been the switch's node: what this one has is not all, until the switch has told.
    request_.whole = false;
    log::warn(who(), "node {} does not say whether the switch was its: {}", by.name,
              self->system().render(why));
  }
  --open_;
  settle_releases();
}

void takeover_state::settle_releases() {
  if (open_ != 0)
    return;
  if (refused_) {
    promise_.deliver(caf::make_error(ec::stale_epoch));
    self->quit();
    return;
  }
  for (const auto& own : plan.context->claims.all())
    if (own.name == request_.name && own.whole && (!holder_ || own.term > held_.term || !held_.whole))
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
  all.of_switch = who();
  self->request(holder.actor, caf::duration{defaults::handover_deadline}, all)
      .then(
          [this](wire::list_opening& opening) {
            exporter_ = std::move(opening.exporter);
            adopt(opening.first);
          },
          [this](const caf::error& why) {
            request_.whole = false;
            log::error(who(), "its calls were not handed over by node {}: {}", holder_->name,
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
    request_.whole = false;
    log::error(who(), "node {} hands over what are no calls: {}", holder_->name, e.what());
  }
  adopted_ += calls.size();
  self->send(plan.node, atom::adopt_v, request_.name, std::move(calls));
  if (batch.last || !exporter_) {
    attach();
  } else if (self->clock().now() - begun_ < defaults::handover_limit) {
    ask_for_more();
  } else {
    request_.whole = false;
    self->send(exporter_, atom::left_v);
    log::warn(who(), "node {} is slow to hand over: {} calls came in time, the switch will tell the others",
              holder_->name, adopted_);
    attach();
  }
}

void takeover_state::ask_for_more() {
  self->request(exporter_, caf::duration{defaults::handover_deadline}, atom::more_v)
      .then([this](const wire::list_batch& batch) { adopt(batch); },
            [this](const caf::error& why) {
              request_.whole = false;
              log::error(who(), "node {} handed over {} calls and no more: {}", holder_->name, adopted_,
                         self->system().render(why));
              attach();
            });
}

void takeover_state::attach() {
  if (holder_ && held_.calls > 0) {
    request_.hung_up = std::move(held_.hung_up);
    ++plan.context->metrics.switches_taken_over;
    log::info(who(), "taken over from node {}: {} of {} calls", holder_->name, adopted_, held_.calls);
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
  count_failures(self, plan.context);
  self->state.plan = plan;
  return {[self](const attach_request& request) { return self->state.start(request); }};
}

} // namespace

attach_actor spawn_takeover(caf::actor_system& system, takeover_plan plan) {
  return system.spawn(takeover, std::move(plan));
}

} // namespace rollcall
