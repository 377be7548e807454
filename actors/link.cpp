#include "actors/link.hpp"

#include "actors/failure.hpp"
#include "actors/one_way.hpp"
#include "actors/scheduling/prefetch.hpp"
#include "domain/time.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace rollcall {

caf::result<attached> link_state::attach(const attach_request& request) {
  if (connection_ && request.epoch <= epoch_)
    return caf::make_error(ec::stale_epoch);
  if (connection_)
    connection_->close("stale_epoch", "a newer connection of this switch took over");
  connection_ = request.connection;
  epoch_ = request.epoch;
  term_ = std::max({request.epoch, request.above + 1, term_ + 1});
  ++session_;
  bad_in_a_row_ = 0;
  // What came by a former connection counts no more.
  whole_ = false;
  verified_ = false;
  surroundings()->awaited.forsake();
  take_over_hang_ups(request.hung_up);
  if (request.whole)
    await_settlement();
  lose_sight();
  log::info(who(), "connected, epoch {}; {} calls from before", epoch_, calls_.size());
  return attached{session_, news_actor{link_actor{self}}};
}

void link_state::news(std::uint64_t session, switch_news& items) {
  if (session != session_ || !connection_)
    return;
  find_ahead(items);
  for (auto& item : items) {
    if (!connection_)
      break; // closed for what it said
    const auto bad_before = bad_in_a_row_;
    std::visit([this](auto& x) { on(x); }, item);
    if (bad_in_a_row_ == bad_before)
      bad_in_a_row_ = 0;
  }
  write_notes();
  // Bit by bit while there is news: at the tick it would be thousands at once, and all others would wait.
  forget_ended(self->clock().now());
  if (!connection_)
    return;
  // Goes behind most of what the news has set in motion: actors are scheduled first come, first served.
  tell(self, echo, atom::consumed_v, link_actor{self}, session);
}

void link_state::find_ahead(const switch_news& items) {
  std::vector<std::string_view> ids;
  ids.reserve(items.size());
  for (const auto& item : items)
    if (const auto* event = std::get_if<call_event>(&item))
      ids.emplace_back(event->id);
  calls_.find_ahead(ids, [](const call_actor& call) {
    prefetch_to_send(caf::actor_cast<caf::actor_control_block*>(call));
  });
}

void link_state::consumed(std::uint64_t session) {
  if (session != session_ || !connection_)
    return;
  connection_->consumed();
}

void link_state::closed(std::uint64_t session, const std::string& reason) {
  if (session != session_ || !connection_)
    return;
  connection_ = nullptr;
  lose_sight();
  log::warn(who(), "connection lost: {}; {} calls are kept, unverified", reason, calls_.size());
}

/// From here to the end of the next snapshot calls may change unseen.
void link_state::lose_sight() {
  in_snapshot_ = false;
  verified_ = false;
  settled_ = false;
  publish_claim();
}

/// `awaited`: accounts have to show it before the switch is verified, or its calls are all here.
void link_state::take(call_event& event, bool awaited) {
  if (const auto username = event.texts.get(call_text::account_name); username && !event.account && directory)
    if (const auto* found = directory->find_username(identity->environment, *username))
      event.account = found->id;
  auto* known = calls_.find(event.id);
  if (!known) {
    open(event, awaited);
    return;
  }
  known->seen = snapshot_;
  if (event.state == call_state::dead)
    ended(*known, event, "ended");
  pass_on(*known, event, awaited);
}

void link_state::pass_on(entry& call, call_event& event, bool awaited) {
  event.awaited = awaited;
  if (awaited)
    surroundings()->awaited.add();
  std::string{}.swap(event.id); // the call knows it; most likely this is the thread that its memory is of
  tell(self, call.call, std::move(event));
}

void link_state::open(call_event& event, bool awaited) {
  if (!event.setup) {
    // The end of a call that was never seen, or is forgotten already, is no news.
    if (event.state == call_state::dead)
      ++context->metrics.events_unknown;
    else
      on(bad_line{"call " + event.id + ": setup_time is required on the first sight of a call"});
    return;
  }
  ++context->metrics.events_applied;
  auto& added = add(event.id, call_record::first(*identity, event), awaited);
  if (event.state == call_state::dead)
    ended(added, event, "ended");
}

link_state::entry& link_state::add(std::string_view id, record_ptr first, bool awaited) {
  if (awaited)
    surroundings()->awaited.add();
  auto& added = calls_.add(id, spawn_call(self->system(), surroundings(), first, awaited));
  added.seen = snapshot_;
  tell(self, node, std::move(first), added.call);
  return added;
}

void link_state::on(const snapshot_begin&) {
  ++snapshot_;
  in_snapshot_ = true;
}

void link_state::on(const snapshot_end&) {
  if (!in_snapshot_) {
    on(bad_line{"snapshot_end without snapshot_begin"});
    return;
  }
  in_snapshot_ = false;
  std::uint64_t unseen = 0;
  const auto now = context->now();
  calls_.each([&](entry& call) {
    if (call.ended || call.seen == snapshot_)
      return;
    call_event over;
    over.id = call.id();
    over.state = call_state::dead;
    over.received = now;
    ended(call, over, "ended unseen");
    pass_on(call, over, true);
    ++unseen;
  });
  ++context->metrics.snapshots;
  context->metrics.calls_settled += unseen;
  verified_ = true;
  await_settlement();
  log::info(who(), "snapshot: {} calls, {} are over", calls_.size(), unseen);
}

void link_state::on(const refusal& refused) {
  ++context->metrics.disconnects_refused;
  log::warn(who(), "call {}: the switch refused to hang up: {}", refused.id, refused.message);
  note(refused.id, "refused: " + refused.message);
  // It may be that the switch has no such call: a snapshot tells.
  const auto now = self->clock().now();
  if (now >= resync_allowed_) {
    resync_allowed_ = now + defaults::resync_pause;
    connection_->resync();
  }
}

void link_state::on(const ping&) { connection_->pong(); }

void link_state::on(const bad_line& bad) {
  ++context->metrics.lines_bad;
  log::warn(who(), "bad line: {}", bad.reason);
  // Whatever else it says of the call, it names it: a snapshot must not end it.
  if (auto* named = calls_.find(bad.call))
    named->seen = snapshot_;
  connection_->warn(bad.reason);
  if (++bad_in_a_row_ < defaults::bad_lines_in_a_row)
    return;
  const auto lost = std::exchange(connection_, nullptr);
  lost->close("bad_message", "too many bad lines in a row");
  lose_sight();
  log::warn(who(), "closed for bad lines; {} calls are kept, unverified", calls_.size());
}

void link_state::ended(entry& call, const call_event& event, std::string_view how) {
  if (std::exchange(call.ended, true))
    return;
  if (call.hung_up)
    note(event.id, std::string{how} + (event.ended ? " at " + format_rfc3339(*event.ended) : ""));
  ended_.push_back({self->clock().now() + context->dead_linger.load(), &call});
  wake_up();
}

void link_state::note(const std::string& id, std::string text) {
  if (!auditor)
    return;
  notes_.push_back({context->now(), who() + ':' + id, std::move(text)});
  if (notes_.size() == defaults::notes_at_once)
    write_notes();
}

void link_state::write_notes() {
  if (!notes_.empty())
    self->send(auditor, std::exchange(notes_, {}));
}

void link_state::hang_up(const std::string& id) {
  auto* found = calls_.find(id);
  if (!found)
    return; // just forgotten; the call has answered for itself
  const auto sent = connection_ && connection_->hang_up(id);
  self->send(found->call, sent ? link_word::sent : link_word::unsent);
  if (!sent) {
    ++context->metrics.disconnects_unreachable;
    return;
  }
  found->hung_up = true;
  ++context->metrics.disconnects_sent;
  repeats_.push_back({self->clock().now() + context->disconnect_retry.load(), id});
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
  wake_up();
}

void link_state::repeat_disconnects(moment now) {
  const auto next = now + context->disconnect_retry.load();
  std::uint64_t repeated = 0;
  for (auto n = repeats_.size(); n > 0 && repeats_.front().when <= now; --n) {
    auto id = std::move(repeats_.front().id);
    repeats_.pop_front();
    const auto* found = calls_.find(id);
    if (!found || found->ended)
      continue;
    if (connection_ && connection_->hang_up(id) && ++repeated <= defaults::repeats_named)
      log::warn(who(), "call {}: no end yet, disconnect sent again", id);
    repeats_.push_back({next, std::move(id)});
  }
  context->metrics.disconnects_repeated += repeated;
  if (repeated > defaults::repeats_named)
    log::warn(who(), "and {} more disconnects sent again", repeated - defaults::repeats_named);
}

void link_state::forget_ended(moment now) {
  for (; !ended_.empty() && ended_.front().when <= now; ended_.pop_front()) {
    auto& over = *ended_.front().call;
    tell(self, over.call, link_word::forget);
    calls_.erase(over);
  }
}

void link_state::wake_up() {
  if (repeats_.empty() && ended_.empty())
    return;
  if (!std::exchange(tick_due_, true))
    self->delayed_send(self, defaults::link_tick, caf::tick_atom_v);
}

void link_state::end() {
  if (connection_)
    std::exchange(connection_, nullptr)->close("unknown_switch", "this switch is configured no more");
  log::info(who(), "configured no more; {} calls are forgotten", calls_.size());
  forget_calls();
  context->claims.remove(identity);
  self->quit();
}

void link_state::stop(caf::error reason) {
  calls_.each([&](entry& x) { self->send_exit(x.call, reason); });
  self->quit(std::move(reason));
}

link_status link_state::status() const {
  link_status result;
  result.name = identity->name;
  result.connected = connection_ != nullptr;
  result.synced = synced_;
  result.in_snapshot = connection_ && !verified_;
  result.calls = calls_.size() - ended_.size();
  result.unverified = verified_ ? 0 : result.calls;
  return result;
}

call_surroundings_ptr link_state::surroundings() {
  if (!shared_)
    shared_ = caf::make_counted<call_surroundings>(context, node, link_actor{self});
  return shared_;
}

namespace {

echo_actor::behavior_type echo_behavior(echo_actor::pointer self) {
  return {
      one_way{[self](atom::consumed, const link_actor& link, std::uint64_t session) {
        tell(self, link, atom::consumed_v, session);
      }},
  };
}

link_actor::behavior_type link_behavior(link_actor::stateful_pointer<link_state> self,
                                        const context_ptr& context, const switch_identity* identity,
                                        const node_actor& node, const auditor_actor& auditor) {
  count_failures(self, context);
  self->state.context = context;
  self->state.identity = identity;
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
      one_way{[self](atom::hang_up, const std::string& id) { self->state.hang_up(id); }},
      one_way{
          [self](const disconnect_job_ptr& job, const std::string& id) { self->state.disconnect(job, id); }},
      [self](directory_ptr& dir) { self->state.directory = std::move(dir); },
      one_way{[self](atom::consumed, std::uint64_t session) { self->state.consumed(session); }},
      [self](atom::release, std::uint64_t epoch) { return self->state.release(epoch); },
      [self](atom::adopt, const records& calls) { self->state.adopt(calls); },
      [self](atom::settled) { self->state.on_settled(); },
      [self](atom::yield, std::uint64_t to_term) { self->state.yield(to_term); },
      [self](atom::let_go, std::uint64_t own_term) { self->state.let_go(own_term); },
      [self](atom::forget) { self->state.end(); },
      [self](caf::tick_atom) { self->state.tick(); },
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
