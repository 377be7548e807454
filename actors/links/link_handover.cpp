#include "actors/links/link.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rollcall {

// A switch that moves between nodes, seen from the link that it leaves and the one that it comes to.

/// Another node wants the switch, whose connection there has this epoch.
caf::result<released> link_state::release(std::uint64_t epoch, const switch_host& host) {
  if (removed_)
    return caf::make_error(ec::unknown_switch);
  if (connection_ && epoch <= epoch_)
    return caf::make_error(ec::stale_epoch);
  const auto now = self->clock().now();
  if (!holders_.admit(host, now)) {
    warn("{}: {}", trouble(), holders_.sides());
    return caf::make_error(ec::two_hosts);
  }
  const auto connected = connection_ != nullptr;
  if (connected) {
    std::exchange(connection_, nullptr)
        ->close(close_reason::stale_epoch, "a newer connection at another node took over");
    info("released to another node, epoch {}; {} calls are kept until it has them", epoch, calls_.size());
    lose_sight();
  }
  released answer{term_, whole_, connected, calls_.size(), told_ && !overfull_, holders_.history(now), run_};
  kept_until_ = now + defaults::handover_limit;
  holders_.gone(now); // from here: the other node knows when it is gone from there
  return answer;
}

/// What the node before had, before the connection that is the switch's here now.
///
/// When that one first heard of a call is not told: its setup has to do.
void link_state::adopt(const records& calls) {
  forget_left(std::numeric_limits<std::size_t>::max()); // else they would be shown beside these
  const auto now = context->boottime();
  const auto today = context->now();
  for (const auto& record : calls) {
    auto event = event_of(*record);
    if (calls_.find(event.id)) {
      take(event, true);
      continue;
    }
    if (!has_room()) {
      refuse(event);
      continue;
    }
    const auto age = std::max(today - record->setup(), timestamp::duration{0});
    auto& added = add(event.id, call_record::adopted(*identity, *record), now - age, true);
    if (event.state == call_state::dead)
      ended(added, event, "ended");
  }
}

/// The node that had the switch drains: what it had is this one's until the switch connects, to any node. The
/// switch may have done so meanwhile; then it tells its calls.
caf::result<attached> link_state::inherit(const attach_request& request) {
  if (connection_)
    return attached{session_, news_actor{link_actor{self}}};
  if (overfull_) // the other node has them all, and nobody tells this one what it lacks
    return caf::make_error(ec::no_room);
  term_ = next_term(0, request.above, term_);
  if (!request.run.empty())
    run_ = request.run;
  holders_.take_over(request.holders, self->clock().now());
  whole_ = false;
  told_ = request.whole && (told_ || request.told);
  shared_context()->awaited.cancel_wait();
  if (request.whole)
    await_settlement();
  lose_sight();
  info("inherited from a draining node; {} calls", calls_.size());
  return attached{session_, news_actor{link_actor{self}}};
}

/// Claims everything as soon as accounts show all that is known. Tallies hear of it from accounts, so that
/// stats may be a message behind lists.
void link_state::await_settlement() {
  shared_context()->awaited.await();
  on_settled();
}

void link_state::on_settled() {
  if (!shared_context()->awaited.reached())
    return;
  whole_ = true;
  told_ = told_ || verified_;
  settled_ = verified_;
  synced_ = synced_ || verified_;
  publish_claim();
}

/// Another node's claim has won over this one's of that term.
void link_state::yield(std::uint64_t own_term) {
  if (own_term == 0 || own_term != term_)
    return; // the switch has come back meanwhile
  if (connection_) {
    std::exchange(connection_, nullptr)
        ->close(close_reason::stale_epoch, "a newer connection at another node took over");
    holders_.gone(self->clock().now());
    lose_sight();
  }
  self->delayed_send(self, defaults::move_memory, atom::let_go_v, term_);
}

/// Requests that have not heard of the other node's claim are over now. What was here is older than what that
/// one has, whatever the terms say, also when it loses the switch.
void link_state::let_go(std::uint64_t own_term) {
  if (own_term != term_ || connection_)
    return;
  if (!calls_.empty())
    log::info(log_name(), "another node has the switch; {} calls removed here", calls_.size());
  leave_calls();
  shared_context()->awaited.cancel_wait();
  whole_ = false;
  told_ = false;
  publish_claim();
}

/// From here on the link has none. The calls are told so some at a time. What was to be hung up is kept.
void link_state::leave_calls() {
  context->symptoms.back(identity);
  left_.push_back({std::move(calls_), std::exchange(ended_, {}), std::exchange(repeats_, {})});
  ended_count_ = 0;
  overfull_ = false;
  sweep_.reset();
  waiting_.clear();
  proceed_soon();
}

void link_state::forget_left(std::size_t most) {
  while (most > 0 && !left_.empty()) {
    auto& [calls, ended, repeats] = left_.front();
    for (; most > 0 && !repeats.empty(); --most, repeats.pop_front())
      if (const auto* call = find_in(calls, repeats.front()))
        expect_hang_up(repeats.front().id, {call->setup, repeats.front().asked, false});
    for (; most > 0 && !ended.empty(); --most, ended.pop_front())
      if (auto& call = *ended.front().call; !call.call) // it is in the table no more
        entries::discard(call);
    if (most > 0)
      most -=
          std::min(most, calls.clear_some(most, [&](entry& x) { self->send(x.call, link_notice::forget); }));
    if (repeats.empty() && ended.empty() && calls.empty()) {
      left_.pop_front();
      publish_claim();
    }
  }
  if (removed_ && left_.empty())
    self->quit();
}

void link_state::publish_claim() {
  if (removed_)
    return;
  claimed_ = dated({identity->name, identity->environment, term_, whole_, connection_ != nullptr,
                    connection_ && settled_ && !overfull_, told_ && !overfull_},
                   claimed_, context->now());
  context->claims.set(identity, claimed_, keeps_hang_ups());
}

} // namespace rollcall
