#include "actors/tree/account.hpp"

#include "actors/runtime/affinity.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/prefetch.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace rollcall {

/// `moves`: another account shows it, too, until it is told to let it go.
void account_state::take(record_ptr record, const call_actor& call, bool moves) {
  retired_ = false;
  // A first picture is a new call; any other came from another account. That one is told to show it no more
  // when the tally here knows of it.
  const auto is_new = record->revision() == 1;
  const auto where = is_new ? calls_.add(record, call) : calls_.add(record, call, self->clock().now());
  if (!context->changes.watched()) {
    // nobody wants to know
  } else if (moves) {
    calls_.mark(where, context->changes.publish_arrival(record, self->clock().now()));
  } else {
    publish({}, record, where);
  }
  touch();
  if (!is_new)
    flush();
  tell(self, call, atom::placed_v, key, call_owner_actor{account_actor{self}}, where);
  number(record, call);
}

void account_state::replace(const record_ptr& record, slot where) {
  if (context->changes.watched())
    if (const auto* shown = calls_.shown(record, where); shown && (*shown)->revision() < record->revision())
      publish(record_ptr{*shown}, record, where);
  const auto* call = calls_.replace(record, where);
  touch();
  if (call)
    number(record, *call);
}

// In the order in which its lists show it, so that who reads both can put them together.
void account_state::publish(const record_ptr& before, const record_ptr& after, slot where) {
  const auto published = context->changes.publish(before, after, self->clock().now());
  calls_.mark(where, published.position);
  for (const auto& watcher : published.woken)
    tell(self, watcher, atom::news_v);
}

void account_state::leave(const record_ptr& record, slot where) {
  const account_key told{record->source().environment, record->account()};
  const auto now = self->clock().now();
  if (context->changes.watched())
    publish_leave(record, where, told != key);
  if (told == key)
    calls_.remove(record, where, now);
  else
    calls_.depart(record, where, now);
  calls_.forget_moves(now); // not only at the tick: it may be tens of thousands a second that pass through
  if (calls_.has_moves())
    remember_move();
  touch();
}

/// Of a call that went to another account; or that is forgotten and not over, for another node has its
/// switch.
void account_state::publish_leave(const record_ptr& record, slot where, bool departs) {
  const auto* const shown = calls_.shown(record, where);
  if (!shown || (!departs && (*shown)->state() == call_state::dead))
    return;
  const auto now = self->clock().now();
  auto& changes = context->changes;
  const auto published =
      departs ? changes.publish_departure(*shown, record, now) : changes.publish_let_go(*shown, now);
  for (const auto& watcher : published.woken)
    tell(self, watcher, atom::news_v);
}

void account_state::list(const list_job& job) {
  flush();
  const auto now = self->clock().now();
  calls_.forget_moves(now);
  list_part part{key, {}, {}, {}};
  calls_.each([&](const auto& entry) {
    if (matches(job.query, *job.directory, *entry.record, job.now))
      part.records.emplace_back(entry.setup, entry.record);
    if (job.changed_after && entry.changed > *job.changed_after)
      part.changed.push_back(entry.record);
    if (calls_.came_lately(entry, now))
      part.moved.push_back(entry.record);
  });
  // Who left before the job began was in its next account by then, and is told of there. But the account that
  // it came from may hear only now that it has come here, and would have it stay.
  calls_.each_left(job.begun, [&](const record_ptr& record) { part.moved.push_back(record); });
  calls_.each_passed(job.begun, [&](const record_ptr& record) { part.moved.push_back(record); });
  calls_.each_over([&](std::uint64_t serial) { part.over.push_back(serial); });
  self->send(job.worker, std::move(part));
}

void account_state::stats(const stats_job& job) {
  flush();
  self->send(job.worker, stats_part{{{key, calls_.counts(), version}}});
}

namespace {

/// True when calls of an account of this customer are meant.
bool covers(const disconnect_job& job, const customer* owner) {
  return owner && (job.recursive ? job.directory->covers(job.scope, owner->id) : owner->id == job.scope);
}

/// As far as this picture of a call tells. The call itself looks again.
bool means(const disconnect_job& job, const call_record& record) {
  if (job.account_name && *job.account_name != record.get(call_record::text::account_name))
    return false;
  if (job.newest && record.serial() > *job.newest)
    return false;
  return !job.filter || matches(*job.filter, *job.directory, record, job.matched_at);
}

} // namespace

void account_state::disconnect(const disconnect_job_ptr& job) {
  asking all{job, {}};
  const auto covered = covers(*job, job->directory->owner(key.environment, key.account));
  // A customer passes jobs on to accounts that are its own no more, for requests that were let in before.
  // Calls that are being hung up already are asked too, so that the audit log tells of them.
  record_ptr over;
  if (covered)
    calls_.each([&](const auto& entry) {
      if (!means(*job, *entry.record))
        return;
      if (entry.record->state() != call_state::dead)
        all.calls.push_back(entry.call);
      else
        over = entry.record;
    });
  // A call that has just left for another account of the scope may have slipped past the request there. One
  // that left before was found there, or has gone on, perhaps to whom it is none of the caller's.
  std::vector<record_ptr> left;
  if (!job->account)
    calls_.each_left(job->begun, [&](const record_ptr& record) {
      if (covers(*job, job->directory->owner(record->source().environment, record->account())))
        left.push_back(record);
    });
  // Lists still show a call that is over, and so its account, which the directory may not know.
  const auto only_over = job->account && over && all.calls.empty();
  self->send(job->worker, atom::expect_v, std::uint64_t{all.calls.size() + left.size() + only_over});
  if (only_over)
    self->send(job->worker, call_outcome{call_outcome::kind::gone, over});
  for (const auto& record : left)
    self->send(node, job, record);
  if (all.calls.empty())
    return;
  asking_.push_back(std::move(all));
  if (asking_.size() == 1)
    ask_some();
}

// Were all calls of a customer asked at once, their messages would fill memory that no cache holds, and the
// first hang-up would wait for the last to be asked. The next are asked when those have run.
void account_state::ask_some() {
  auto& [job, calls, done] = asking_.front();
  const auto some =
      std::span{calls}.subspan(done, std::min(defaults::calls_asked_at_once, calls.size() - done));
  for (const auto& call : some)
    prefetch_to_send(caf::actor_cast<caf::actor_control_block*>(call));
  for (const auto& call : some)
    tell(self, call, job);
  done += some.size();
  if (done == calls.size())
    asking_.pop_front();
  if (!asking_.empty())
    tell(self, self, atom::proceed_v);
}

void account_state::belong_to(tally_actor next) {
  retired_ = false;
  if (next == tally)
    return;
  std::erase_if(former_tallies_, [&](const auto& former) { return former.tally == next; });
  former_tallies_.push_back({std::exchange(tally, std::move(next)), self->clock().now()});
  remember_move();
  changed_ = true;
  flush();
}

void account_state::learn_numbers(directory_ptr dir) {
  directory_ = std::move(dir);
  calls_.each([&](const auto& entry) { number(entry.record, entry.call); });
}

void account_state::audit() {
  if (retired_)
    return;
  flush();
  const auto counted = calls_.recount();
  if (counted != calls_.counts()) {
    ++context->metrics.tally_drift;
    log::error("account", "{}: counts differ from records; corrected", key.account.value());
    calls_.correct(counted);
  }
  self->send(tally, atom::audit_v, tally_update{key, counted, version});
}

// From here on it is silent towards the tally, for another may speak for this account; until a call comes or
// it changes hands, which is when the node has kept it.
void account_state::retire(const registrar_actor& asked_by, std::uint64_t round) {
  calls_.forget_moves(self->clock().now());
  if (calls_.size() > 0 || calls_.has_moves() || !former_tallies_.empty())
    return;
  flush();
  looking_.reset();
  post({});
  retired_ = true;
  self->send(asked_by, retirement{key, round, version});
}

void account_state::look(const symptom_rules_ptr& rules) {
  if (retired_ || looking_)
    return;
  looking_ = std::make_unique<looking>(looking{rules, context->now(), {}});
  look_at_some();
}

// What is found goes into a picture that the call makes: it alone knows what has become of it meanwhile. The
// change is then told to those who watch, like any other.
void account_state::look_at_some() {
  if (!looking_)
    return;
  auto& [rules, now, found, next] = *looking_;
  next =
      calls_.each_from(next, context->calls_at_once, [&](const record_ptr& record, const call_actor& call) {
        const auto has = rules->of(*record, now);
        if (has != record->symptoms())
          tell(self, call, link_notice::look);
        found.add(*record, has);
      });
  if (next != 0) {
    tell(self, self, atom::more_v);
    return;
  }
  post(found);
  looking_.reset();
}

void account_state::post(const symptom_counts& found) {
  if (!found.none() || suspects_)
    context->symptoms.post(key, found);
  suspects_ = !found.none();
}

void account_state::flush() {
  if (!std::exchange(changed_, false) || retired_)
    return;
  const tally_update news{key, calls_.counts(), version};
  tell(self, tally, news);
  for (const auto& former : former_tallies_)
    tell(self, former.tally, news);
}

void account_state::forget_moves() {
  tick_due_ = false;
  const auto now = self->clock().now();
  calls_.forget_moves(now);
  while (!former_tallies_.empty() && former_tallies_.front().since <= now - defaults::move_memory) {
    self->send(former_tallies_.front().tally, caf::delete_atom_v, key);
    former_tallies_.erase(former_tallies_.begin());
  }
  if (calls_.has_moves() || !former_tallies_.empty())
    remember_move();
}

// The call may come with a name that the directory has learned meanwhile: whoever made it a call without a
// number did so by an older one.
void account_state::number(const record_ptr& record, const call_actor& call) {
  if (!directory_)
    return;
  const auto username = record->get(call_record::text::account_name);
  if (const auto* found = directory_->find_username(key.environment, username))
    self->send(call, found->id);
}

void account_state::touch() {
  ++version;
  if (std::exchange(changed_, true))
    return;
  if (self->mailbox().empty())
    flush();
  else
    tell(self, self, caf::flush_atom_v);
}

void account_state::remember_move() {
  if (!std::exchange(tick_due_, true))
    self->delayed_send(self, defaults::move_memory, caf::tick_atom_v);
}

namespace {

account_actor::behavior_type account_behavior(account_actor::stateful_pointer<account_state> self,
                                              const context_ptr& context, const node_actor& node,
                                              account_key key, const tally_actor& tally,
                                              std::uint64_t version) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.key = key;
  self->state.tally = tally;
  self->state.version = version;
  set_affinity(*self, std::hash<account_key>{}(key));
  return {
      one_way{[self](const record_ptr& record, slot where) { self->state.replace(record, where); }},
      one_way{[self](caf::delete_atom, const record_ptr& record, slot where) {
        self->state.leave(record, where);
      }},
      one_way{[self](record_ptr& record, const call_actor& call) {
        self->state.take(std::move(record), call, false);
      }},
      one_way{[self](atom::moved, record_ptr& record, const call_actor& call) {
        self->state.take(std::move(record), call, true);
      }},
      one_way{[self](const list_job_ptr& job) { self->state.list(*job); }},
      one_way{[self](const stats_job_ptr& job) { self->state.stats(*job); }},
      one_way{[self](const disconnect_job_ptr& job) { self->state.disconnect(job); }},
      one_way{[self](atom::proceed) { self->state.ask_some(); }},
      one_way{[self](tally_actor& next) { self->state.belong_to(std::move(next)); }},
      one_way{[self](directory_ptr& dir) { self->state.learn_numbers(std::move(dir)); }},
      one_way{[self](atom::audit) { self->state.audit(); }},
      one_way{[self](atom::retire, const registrar_actor& asked_by, std::uint64_t round) {
        self->state.retire(asked_by, round);
      }},
      one_way{[self](const symptom_rules_ptr& rules) { self->state.look(rules); }},
      one_way{[self](atom::more) { self->state.look_at_some(); }},
      one_way{[self](caf::flush_atom) { self->state.flush(); }},
      one_way{[self](caf::tick_atom) { self->state.forget_moves(); }},
  };
}

} // namespace

account_actor spawn_account(caf::actor_system& system, context_ptr context, node_actor node, account_key key,
                            tally_actor tally, std::uint64_t version) {
  return system.spawn(account_behavior, std::move(context), std::move(node), key, std::move(tally), version);
}

} // namespace rollcall
