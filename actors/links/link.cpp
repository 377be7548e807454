#include "actors/links/link.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "domain/base/time.hpp"

#include <utility>

namespace rollcall {

/// `awaited`: accounts have to show it before the switch is verified, or its calls are all here.
void link_state::take(call_event& event, bool awaited) {
  if (const auto username = event.texts.get(call_text::account_name); username && !event.account && directory)
    if (const auto* found = directory->find_username(identity->environment, *username))
      event.account = found->id;
  auto* known = calls_.find(event.id);
  if (known && is_another(*known, event)) {
    make_way(*known, event);
    known = nullptr;
    event.reuses_id = true;
  }
  if (!known) {
    open(event, awaited);
    return;
  }
  if (known->ended && is_revived(*known, event))
    known = &revive(*known, event);
  if (!known->ended)
    known->seen = snapshot_; // of one that is over: the snapshot in which it ended
  if (event.state == call_state::dead)
    ended(*known, event, "ended");
  pass_on(*known, event, awaited);
}

void link_state::pass_on(entry& call, call_event& event, bool awaited) {
  event.awaited = awaited;
  if (awaited)
    shared_context()->awaited.add();
  std::string{}.swap(event.id); // the call knows it; most likely this is the thread that its memory is of
  tell(self, call.call, std::move(event));
}

void link_state::open(call_event& event, bool awaited) {
  // The call was never seen, or is forgotten already: its end changes nothing. Later lines of it are late.
  if (event.state == call_state::dead && !event.setup) {
    ++context->metrics.events_unknown;
    remember_ended(event.id);
    return;
  }
  if (!in_snapshot_ && over_.contains(event.id, self->clock().now())) {
    ++context->metrics.events_after_end;
    return;
  }
  if (!has_room()) {
    refuse(event);
    return;
  }
  if (!event.setup) {
    event.setup = event.received;
    on(malformed_field{"call " + event.id
                       + ": setup_time is required on the first sight of a call: now counts"});
  }
  ++context->metrics.events_applied;
  auto& added = add(event.id, call_record::first(*identity, event), context->boottime(), awaited);
  if (event.state == call_state::dead)
    ended(added, event, "ended");
}

link_state::entry& link_state::add(std::string_view id, record_ptr first, boot_time begun, bool awaited) {
  if (awaited)
    shared_context()->awaited.add();
  auto& added = calls_.add(id, spawn_call(self->system(), shared_context(), first, awaited));
  added.seen = snapshot_;
  added.begun = begun;
  added.setup = first->setup();
  if (!expected_.empty())
    found_expected(added, first);
  tell(self, node, std::move(first), added.call);
  return added;
}

void link_state::on(const refusal& refused) {
  ++context->metrics.disconnects_refused;
  // Once for each call, and only of what was asked: a switch could fill the log with refusals of nothing.
  if (auto* found = calls_.find(refused.id);
      found && found->hung_up && !std::exchange(found->refused, true)) {
    warn("call {}: the switch refused to hang up: {}", refused.id, refused.message);
    note(refused.id, cut_for_audit("refused: " + refused.message));
  }
  // It may be that the switch has no such call: a snapshot tells.
  const auto now = self->clock().now();
  if (now >= resync_allowed_) {
    resync_allowed_ = now + defaults::resync_pause;
    connection_->request_snapshot();
  }
}

void link_state::on(const malformed_event& bad) {
  ++context->metrics.lines_bad;
  warn("bad line: {}", bad.reason);
  // Whatever else it says of the call, it names it: a snapshot must not end it. Where that is not readable,
  // it may be any call.
  if (auto* named = calls_.find(bad.call); named && !named->ended) {
    if (!is_of_this_run(*named))
      named->repeat = 0; // it may be another call's id by now
    named->seen = snapshot_;
  }
  unreadable_ = unreadable_ || bad.call.empty();
  connection_->reject(bad.reason);
  if (++bad_in_a_row_ < defaults::bad_lines_in_a_row)
    return;
  const auto lost = std::exchange(connection_, nullptr);
  lost->close(close_reason::bad_message, "too many bad lines in a row");
  holders_.gone(self->clock().now());
  lose_sight();
  warn("closed for bad lines; {} calls are kept as unverified", calls_.size() - ended_count_);
}

void link_state::on(const malformed_field& bad) {
  ++context->metrics.fields_bad;
  warn("bad field: {}", bad.reason);
  connection_->reject(bad.reason);
}

void link_state::ended(entry& call, const call_event& event, std::string_view how) {
  if (call.ended)
    return;
  call.ended = true;
  ++ended_count_;
  if (call.hung_up)
    note(event.id, std::string{how} + (event.ended ? " at " + format_rfc3339(*event.ended) : ""));
  // In whatever turn the walk finds it: it is over since the snapshot ended.
  const auto since = sweep_ ? sweep_->begins : self->clock().now();
  ended_.push_back({since + context->dead_linger.load(), &call});
  wake_up();
}

void link_state::disconnect(const disconnect_job_ptr& job, const std::string& id) {
  if (auto* found = calls_.find(id))
    self->send(found->call, job);
  else
    self->send(job->worker, call_outcome{});
}

void link_state::tick() {
  tick_due_ = false;
  const auto now = self->clock().now();
  repeat_disconnects(now);
  forget_ended(now);
  watch_silence(now);
  if (overfull_ && verified_ && has_room()) // calls that were refused may have room now
    resync_wanted_ = true;
  ask_for_snapshot(now);
  go_on();
  wake_up();
  proceed_soon();
}

void link_state::proceed() {
  proceed_due_ = false;
  const auto now = self->clock().now();
  forget_left(context->calls_at_once);
  note_unnamed();
  repeat_disconnects(now);
  forget_ended(now);
  go_on();
  proceed_soon();
}

/// Some at a time; the rest follows at once.
void link_state::forget_ended(moment now) {
  if (!may_forget(now))
    return;
  for (auto n = context->calls_at_once.load(); n > 0 && !ended_.empty() && ended_.front().when <= now; --n) {
    auto& over = *ended_.front().call;
    ended_.pop_front();
    if (!over.call) {
      entries::discard(over);
      continue;
    }
    tell(self, over.call, link_notice::forget);
    remember_ended(over.id());
    calls_.erase(over);
    --ended_count_;
  }
}

void link_state::remember_ended(std::string_view id) {
  over_.add(id, self->clock().now());
  if (!std::exchange(expiry_due_, true))
    self->delayed_send(self, defaults::ended_calls_check, caf::flush_atom_v);
}

/// Not at the tick of link_tick: that one is for what is due within a second.
void link_state::expire_ended() {
  over_.expire(self->clock().now());
  expiry_due_ = over_.size() > 0;
  if (expiry_due_)
    self->delayed_send(self, defaults::ended_calls_check, caf::flush_atom_v);
}

/// Another node compares what it gets with how many calls it was told of.
bool link_state::may_forget(moment now) const { return connection_ || now >= kept_until_; }

/// When something was left undone: by way of the echo, as what an actor sends to itself it handles at once,
/// before anybody else has a turn.
void link_state::proceed_soon() {
  const auto now = self->clock().now();
  const auto unfinished = !left_.empty() || !unnamed_.empty() || (sweep_ && sweep_->begins <= now)
                          || (!repeats_.empty() && repeats_.front().when <= now)
                          || (!ended_.empty() && ended_.front().when <= now && may_forget(now));
  if (unfinished && !std::exchange(proceed_due_, true))
    tell(self, echo, atom::proceed_v, link_actor{self});
}

void link_state::wake_up() {
  if (repeats_.empty() && ended_.empty() && !sweep_ && !awaits_snapshot() && !resync_wanted_ && !overfull_)
    return;
  if (!std::exchange(tick_due_, true))
    self->delayed_send(self, defaults::link_tick, caf::tick_atom_v);
}

void link_state::end() {
  if (connection_)
    std::exchange(connection_, nullptr)
        ->close(close_reason::unknown_switch, "this switch was removed from the configuration");
  log::info(log_name(), "removed from configuration; {} calls are forgotten", calls_.size());
  removed_ = true;
  context->claims.remove(identity);
  leave_calls(); // the last piece of that ends the link
}

void link_state::stop(caf::error reason) {
  leave_calls();
  for (auto& from : std::exchange(left_, {})) {
    for (const auto& one : from.ended)
      if (!one.call->call) // it is in the table no more
        entries::discard(*one.call);
    from.calls.each([&](entry& x) { self->send_exit(x.call, reason); });
  }
  self->quit(std::move(reason));
}

link_status link_state::status() const {
  link_status result;
  result.name = identity->name;
  result.connected = connection_ != nullptr;
  result.synced = synced_;
  result.in_snapshot = connection_ && !verified_ && !given_up_;
  result.given_up = connection_ && given_up_;
  result.calls = calls_.size() - ended_count_;
  result.unverified = verified_ ? 0 : result.calls;
  result.refused = refused_;
  result.ended = over_.size();
  result.trouble = trouble();
  return result;
}

switch_context_ptr link_state::shared_context() {
  if (!shared_)
    shared_ = caf::make_counted<switch_context>(context, node, link_actor{self});
  return shared_;
}

namespace {

echo_actor::behavior_type echo_behavior(echo_actor::pointer self) {
  return {
      one_way{[self](atom::consumed, const link_actor& link, std::uint64_t session) {
        tell(self, link, atom::consumed_v, session);
      }},
      one_way{[self](atom::proceed, const link_actor& link) { tell(self, link, atom::proceed_v); }},
  };
}

link_actor::behavior_type link_behavior(link_actor::stateful_pointer<link_state> self,
                                        const context_ptr& context, const switch_identity* identity,
                                        const node_actor& node, const auditor_actor& auditor) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.identity = identity;
  self->state.meter = context->meters.meter_of(identity);
  self->state.node = node;
  self->state.auditor = auditor;
  self->state.echo = self->system().spawn(echo_behavior);
  self->state.publish_claim();
  self->set_exit_handler([self](caf::exit_msg& message) { self->state.stop(std::move(message.reason)); });
  return {
      one_way{[self](std::uint64_t session, switch_news& items) { self->state.news(session, items); }},
      [self](std::uint64_t session, atom::closed, const std::string& reason) {
        self->state.closed(session, reason);
      },
      [self](const attach_request& request) { return self->state.attach(request); },
      one_way{[self](atom::hang_up, record_ptr& call, disconnect_job_ptr& job) {
        self->state.hang_up(call, job);
      }},
      one_way{
          [self](const disconnect_job_ptr& job, const std::string& id) { self->state.disconnect(job, id); }},
      [self](directory_ptr& dir) { self->state.directory = std::move(dir); },
      one_way{[self](atom::consumed, std::uint64_t session) { self->state.consumed(session); }},
      [self](atom::release, std::uint64_t epoch, const switch_host& host) {
        return self->state.release(epoch, host);
      },
      [self](atom::adopt, const records& calls) { self->state.adopt(calls); },
      [self](atom::settled) { self->state.on_settled(); },
      [self](atom::yield, std::uint64_t own_term) { self->state.yield(own_term); },
      [self](atom::let_go, std::uint64_t own_term) { self->state.let_go(own_term); },
      [self](atom::resume, const outstanding_hang_ups_ptr& calls) { self->state.resume(calls); },
      [self](atom::inherit, const outstanding_hang_ups_ptr& calls) { return self->state.carry_on(calls); },
      [self](atom::hang_ups) { return self->state.hang_ups(); },
      [self](atom::passed_on, const outstanding_hang_ups_ptr& calls) { self->state.passed_on(calls); },
      [self](atom::forget) { self->state.end(); },
      [self](caf::tick_atom) { self->state.tick(); },
      [self](caf::flush_atom) { self->state.expire_ended(); },
      one_way{[self](atom::proceed) { self->state.proceed(); }},
      [self](caf::get_atom) { return self->state.status(); },
  };
}

} // namespace

link_actor spawn_link(caf::actor_system& system, context_ptr context, const switch_identity& identity,
                      node_actor node, auditor_actor auditor) {
  return system.spawn(link_behavior, std::move(context), interned(identity), std::move(node),
                      std::move(auditor));
}

} // namespace rollcall
