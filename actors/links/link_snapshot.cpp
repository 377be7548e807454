#include "actors/links/link.hpp"
#include "actors/runtime/one_way.hpp"
#include "domain/calls/same_beginning.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace rollcall {

// The calls that a switch has now, as its snapshots tell.

/// One that begins anew has not been completed: something is missing, and what the calls are is not known
/// until one ends.
void link_state::on(const snapshot_begin&) {
  ++snapshot_;
  if (std::exchange(in_snapshot_, true) && verified_) {
    verified_ = false;
    settled_ = false;
    publish_claim();
    warn("the snapshot was restarted; {} calls are unverified until it ends", calls_.size() - ended_count_);
  }
  unreadable_ = false;
  resync_wanted_ = false;
  refused_ = 0;
  wake_up();
}

void link_state::on(const snapshot_end&) {
  if (!in_snapshot_) {
    on(malformed_event{given_up_ ? "snapshot_end: the snapshot was given up after too long a silence"
                                 : "snapshot_end without snapshot_begin"});
    return;
  }
  if (unreadable_) {
    warn("a snapshot has a line without a readable id, which may be any call's: no call is ended by it");
    give_up_snapshot();
    return;
  }
  in_snapshot_ = false;
  const auto now = self->clock().now();
  const auto takes_long = calls_.size() > context->calls_at_once;
  sweep_ = sweep{session_, takes_long ? std::max(now, sweep_allowed_) : now, context->now()};
  if (takes_long)
    sweep_allowed_ = sweep_->begins + context->sweep_pause.load();
  sweep_some();
  wake_up();
  proceed_soon();
}

/// Looks at some of the calls. What the switch says meanwhile waits (see news()), so that `seen` of a call is
/// what it was when the snapshot ended, or newer where another node hands calls over.
void link_state::sweep_some() {
  if (self->clock().now() < sweep_->begins)
    return;
  sweep_->place =
      calls_.each_from(sweep_->place, context->calls_at_once, [this](entry& call) { end_if_unseen(call); });
  if (sweep_->place == 0)
    end_sweep();
}

/// During a sweep a call that it did not name is over, whether the search has come to it or not.
void link_state::end_if_unseen(entry& call) {
  if (!sweep_ || call.ended || call.seen == snapshot_)
    return;
  call_event over;
  over.id = call.id();
  over.state = call_state::dead;
  over.received = sweep_->now;
  over.unseen = true;
  ended(call, over, "ended unseen");
  pass_on(call, over, true);
  ++sweep_->unseen;
}

void link_state::end_sweep() {
  const auto done = *std::exchange(sweep_, std::nullopt);
  ++context->metrics.snapshots;
  context->metrics.calls_settled += done.unseen;
  info("snapshot: {} calls, {} are over", calls_.size() - ended_count_ + done.unseen, done.unseen);
  if (done.session == session_ && connection_) {
    verified_ = true;
    given_up_ = false;
    if (refused_ == 0) { // else the switch has named calls that are not here
      overfull_ = false;
      give_up_expected();
    }
    await_settlement();
  }
}

/// With what was too much for one turn, or had to wait for that.
void link_state::go_on() {
  if (sweep_)
    sweep_some();
  while (!sweep_ && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    work_off(next);
  }
  write_notes();
}

/// A call whose end was told is over, whatever a late line says. A snapshot that began after that knows
/// better. An order to hang it up ended with the call: it is no order for what a snapshot brings back.
bool link_state::is_revived(const entry& over, const call_event& by) const {
  return in_snapshot_ && over.seen != snapshot_ && by.state != call_state::dead;
}

link_state::entry& link_state::revive(entry& over, call_event& by) {
  auto& fresh = calls_.renew(over); // the other one waits to be forgotten
  fresh.begun = over.begun;
  fresh.setup = over.setup;
  --ended_count_;
  by.revives = true;
  ++context->metrics.calls_revived;
  warn("call {}: a snapshot lists it after its end was reported: it is live again", by.id);
  return fresh;
}

/// A restarted switch may count its ids from the beginning. A call that its new run names by a known id, with
/// another setup time, is a new call. An order to hang up the former call does not mean the new one.
bool link_state::is_another(const entry& known, const call_event& by) const {
  return !is_of_this_run(known) && by.setup && by.state != call_state::dead
         && !same_beginning(*by.setup, known.setup);
}

/// The former call is over, as its switch's process is, and leaves its id at once.
void link_state::make_way(entry& known, const call_event& by) {
  warn("call {}: the restarted switch uses this id for another call; the former one has ended", by.id);
  auto* leaves = &known;
  if (known.ended) {
    leaves = &calls_.renew(known); // the other one waits to be forgotten
    --ended_count_;
  } else {
    if (known.hung_up)
      note(by.id, "ended unseen");
    call_event over;
    over.id = by.id;
    over.state = call_state::dead;
    over.received = by.received;
    over.unseen = true;
    pass_on(known, over, false);
    ++context->metrics.calls_settled;
  }
  tell(self, leaves->call, link_notice::forget);
  calls_.erase(*leaves);
}

bool link_state::has_room() const {
  const auto most = context->calls_per_switch.load();
  return calls_.size() - ended_count_ < most
         && calls_.size() / 2 < most; // those that are over do not stay long
}

/// The switch has more calls than it may have. Not all of them are known, and every answer says so, until a
/// snapshot has found room for all.
void link_state::refuse(const call_event& event) {
  ++refused_;
  ++context->metrics.calls_refused;
  const auto reason = "call " + event.id + ": the switch has " + std::to_string(calls_.size())
                      + " calls, more are refused (feed.calls_per_switch)";
  warn("{}", reason);
  if (connection_) // else it comes from another node
    connection_->reject(reason);
  if (!std::exchange(overfull_, true))
    publish_claim();
  wake_up();
}

/// Silence ends no call, and no snapshot either; but nobody waits for that one for ever.
void link_state::watch_silence(moment now) {
  if (!awaits_snapshot() || sweep_ || now - heard_ < defaults::snapshot_silence)
    return;
  warn("{} for {} s: given up; the snapshot's calls are kept and no call is ended by it",
       in_snapshot_ ? "a snapshot is unfinished and the switch is silent"
                    : "the switch is silent and has sent no snapshot",
       std::chrono::duration_cast<std::chrono::seconds>(now - heard_).count());
  give_up_snapshot();
}

/// What it named counts, and nothing is ended by what it did not name. The next one may tell.
void link_state::give_up_snapshot() {
  given_up_ = given_up_ || !verified_;
  ++context->metrics.snapshots_given_up;
  in_snapshot_ = false;
  resync_wanted_ = true;
  ask_for_snapshot(self->clock().now());
  wake_up();
}

void link_state::ask_for_snapshot(moment now) {
  if (!resync_wanted_ || !connection_ || now < resync_allowed_)
    return;
  resync_wanted_ = false;
  resync_allowed_ = now + defaults::resync_pause;
  connection_->request_snapshot();
}

} // namespace rollcall
