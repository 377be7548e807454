#include "actors/links/call.hpp"

#include "actors/runtime/affinity.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace rollcall {

void call_actor_state::on_event(const call_event& event) {
  auto& metrics = shared_->context->metrics;
  if (auto newer = record_->after(event)) {
    ++metrics.events_applied;
    show(std::move(newer));
  } else {
    ++metrics.events_stale;
  }
  if (event.awaited) {
    ++awaited_;
    settle();
  }
}

void call_actor_state::on_placed(const account_key& key, call_owner_actor owner, slot where) {
  const auto former = std::exchange(account_, std::move(owner));
  const auto former_slot = std::exchange(slot_, where);
  kept_in_ = key.account;
  if (key.account.known()) // most calls have none at first: it would be too much for one thread
    set_affinity(*self, std::hash<account_key>{}(key));
  // As it was taken in, which says who has it now; the call may be on its way elsewhere, or back.
  const auto placed = std::exchange(asked_, record_ptr{});
  if (former && former != account_)
    tell(self, former, caf::delete_atom_v, placed, former_slot);
  if (forgotten_)
    on_forget();
  else if (!at_home())
    move();
  else if (record_ != placed)
    tell(self, account_, record_, slot_);
  settle();
}

void call_actor_state::on_disconnect(const disconnect_job_ptr& job) {
  using kind = call_outcome::kind;
  if (forgotten_ || record_->state() == call_state::dead || !is_meant(*job)) {
    answer(job, kind::gone);
  } else if (record_->state() == call_state::disconnecting) {
    answer(job, kind::already);
  } else if (!may_hang_up(job)) {
    answer(job, kind::beyond);
  } else {
    const auto first = waiting_.empty();
    waiting_.push_front(job);
    if (first)
      hang_up(job);
  }
}

void call_actor_state::on_notice(link_notice notice) {
  switch (notice) {
  case link_notice::sent:
  case link_notice::unsent:
    return on_sent(notice == link_notice::sent);
  case link_notice::expired:
    return on_not_begun(call_outcome::kind::expired);
  case link_notice::unmeant:
    return on_not_begun(call_outcome::kind::gone);
  case link_notice::over:
    for (const auto& waiting : std::exchange(waiting_, {}))
      answer(waiting, call_outcome::kind::gone);
    return;
  case link_notice::forget:
    return on_forget();
  case link_notice::look:
    return on_look();
  }
}

void call_actor_state::hang_up(const disconnect_job_ptr& job) {
  self->send(shared_->link, atom::hang_up_v, record_, job);
}

/// The order of who asked first came too late, or does not mean this call. That says nothing of the others.
void call_actor_state::on_not_begun(call_outcome::kind why) {
  if (waiting_.empty())
    return; // forgotten meanwhile
  auto before = waiting_.before_begin();
  while (std::next(before, 2) != waiting_.end())
    ++before;
  answer(*std::next(before), why);
  waiting_.erase_after(before);
  if (waiting_.empty())
    return;
  auto first = waiting_.begin();
  while (std::next(first) != waiting_.end())
    ++first;
  hang_up(*first);
}

void call_actor_state::on_sent(bool sent) {
  using kind = call_outcome::kind;
  if (sent && can_disconnect(record_->state()))
    show(record_->disconnecting(shared_->context->now()));
  // One line went out: it counts for the request that asked first.
  const auto jobs = std::exchange(waiting_, {});
  for (auto job = jobs.begin(); job != jobs.end(); ++job)
    answer(*job, !sent ? kind::unreachable : std::next(job) == jobs.end() ? kind::sent : kind::already);
}

void call_actor_state::on_number(account_id account) {
  if (!forgotten_ && !record_->account().known() && record_->state() != call_state::dead)
    show(record_->in_account(account));
}

/// The account has looked at a picture that may be older than this one.
void call_actor_state::on_look() {
  const auto& context = *shared_->context;
  if (auto newer = record_->looked_at(context.symptoms.rules()->of(*record_, context.now())))
    show(std::move(newer));
}

void call_actor_state::on_forget() {
  for (const auto& job : std::exchange(waiting_, {}))
    answer(job, call_outcome::kind::gone);
  forgotten_ = true;
  if (asked_ || !account_)
    return; // `placed` is on its way, or it was told already
  // Over, not moved: even if the last that was heard of it was another account.
  const auto last = at_home() ? record_ : record_->in_account(kept_in_);
  tell(self, std::exchange(account_, {}), caf::delete_atom_v, last, slot_);
}

void call_actor_state::show(record_ptr newer) {
  record_ = std::move(newer);
  if (asked_ || forgotten_)
    return; // `placed` will show it; or nobody will
  if (at_home())
    tell(self, account_, record_, slot_);
  else
    move();
}

void call_actor_state::move() {
  asked_ = record_;
  if (account_)
    tell(self, shared_->node, atom::moved_v, record_, call_actor{self});
  else
    tell(self, shared_->node, record_, call_actor{self});
}

// Once an account has been told: whoever asks it from then on is answered by what it was told.
void call_actor_state::settle() {
  if (asked_ || awaited_ == 0)
    return;
  const std::uint64_t shown = awaited_;
  awaited_ = 0;
  if (shared_->awaited.settle(shown))
    self->send(shared_->link, atom::settled_v);
}

void call_actor_state::answer(const disconnect_job_ptr& job, call_outcome::kind what) {
  tell(self, job->worker, call_outcome{what, record_});
}

/// A call that changes accounts may be asked by both, and one preview may be confirmed twice at once: it
/// counts once.
bool call_actor_state::may_hang_up(const disconnect_job_ptr& job) const {
  const auto& of = record_->source().name;
  if (std::find(waiting_.begin(), waiting_.end(), job) != waiting_.end())
    return true;
  if (job->allowance && !job->allowance->take(of))
    return false;
  if (!job->confirmed)
    return true;
  const auto taken = std::any_of(waiting_.begin(), waiting_.end(),
                                 [&](const auto& other) { return other->confirmed == job->confirmed; });
  return taken || job->confirmed->take(of);
}

// Calls of an account or customer are meant whatever has become of their account since the request arrived;
// one that is named has to belong to the caller.
bool call_actor_state::is_meant(const disconnect_job& job) const {
  if (job.newest && record_->serial() > *job.newest)
    return false;
  if (job.filter && !matches(*job.filter, *job.directory, *record_, job.matched_at))
    return false;
  if (!job.call)
    return true;
  const auto* owner = job.directory->owner(record_->source().environment, record_->account());
  return owner && job.directory->covers(job.scope, owner->id);
}

namespace {

call_actor::behavior_type call_behavior(call_actor::pointer self, const switch_context_ptr& shared,
                                        const record_ptr& first, bool awaited) {
  fails_with_node(self, shared->context, "call");
  auto kept = std::make_unique<call_actor_state>(self, shared, first, awaited);
  auto* state = kept.get();
  return {
      // What is kept here ends with the actor.
      one_way{[kept = std::move(kept)](const call_event& event) { kept->on_event(event); }},
      one_way{[state](atom::placed, const account_key& key, call_owner_actor& owner, slot where) {
        state->on_placed(key, std::move(owner), where);
      }},
      one_way{[state](const disconnect_job_ptr& job) { state->on_disconnect(job); }},
      one_way{[state](link_notice notice) { state->on_notice(notice); }},
      one_way{[state](account_id account) { state->on_number(account); }},
  };
}

} // namespace

call_actor spawn_call(caf::actor_system& system, switch_context_ptr shared, record_ptr first, bool awaited) {
  return system.spawn<caf::lazy_init>(call_behavior, std::move(shared), std::move(first), awaited);
}

} // namespace rollcall
