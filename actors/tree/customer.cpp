#include "actors/tree/customer.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/priority.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

// Each of these announces to the worker how many more answers there will be before it passes the job on.

void customer_state::list(const list_job_ptr& job) {
  if (job->account) {
    to_account(job);
    return;
  }
  const auto deep = job->query.recursive;
  self->send(job->worker, atom::expect_v,
             std::uint64_t{accounts_.size() + former_.size() + (deep ? below() : 0)});
  to_own_accounts(job);
  if (deep)
    to_below(job);
}

void customer_state::stats(const stats_job_ptr& job) {
  self->send(job->worker, atom::expect_v, std::uint64_t{1 + joined_.size() + (job->recursive ? below() : 0)});
  self->send(tally, job);
  for (const auto& [key, joined] : joined_)
    self->send(joined.actor, job);
  if (job->recursive)
    to_below(job);
}

void customer_state::disconnect(const disconnect_job_ptr& job) {
  if (job->account) {
    to_account(job);
    return;
  }
  const auto deep = job->recursive;
  self->send(job->worker, atom::expect_v,
             std::uint64_t{accounts_.size() + former_.size() + (deep ? below() : 0)});
  to_own_accounts(job);
  if (deep)
    to_below(job);
}

void customer_state::put(const account_key& key, account_actor account) {
  former_.erase(key);
  accounts_.insert_or_assign(key, std::move(account));
}

void customer_state::join(const account_key& key, const account_actor& account) {
  put(key, account);
  joined_.insert_or_assign(key, changed<account_actor>{account, remember_change()});
}

void customer_state::remove(const account_key& key) {
  joined_.erase(key);
  if (const auto found = accounts_.find(key); found != accounts_.end()) {
    former_.insert_or_assign(key, changed<account_actor>{std::move(found->second), remember_change()});
    accounts_.erase(found);
  }
}

// Not kept as a former one: whoever still asks it would be told of nothing.
void customer_state::forget(const account_key& key) {
  accounts_.erase(key);
  joined_.erase(key);
}

void customer_state::set_below(std::vector<scope_actor> subcustomers) {
  const auto holds = [](const auto& all, const auto& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  std::erase_if(former_below_, [&](const auto& former) { return holds(subcustomers, former.actor); });
  for (auto& sub : below_)
    if (!holds(subcustomers, sub))
      former_below_.push_back({std::move(sub), remember_change()});
  below_ = std::move(subcustomers);
}

std::uint64_t customer_state::remember_change() {
  if (!std::exchange(tick_due_, true))
    self->delayed_send(self, defaults::move_memory, caf::tick_atom_v);
  return period_;
}

// What changed hands in the period before is old enough, whatever has followed it.
void customer_state::forget_former() {
  const auto is_old = [this](const auto& one) { return one.period < period_; };
  std::erase_if(former_, [&](const auto& x) { return is_old(x.second); });
  std::erase_if(former_below_, is_old);
  std::erase_if(joined_, [&](const auto& x) { return is_old(x.second); });
  ++period_;
  tick_due_ = !former_.empty() || !former_below_.empty() || !joined_.empty();
  if (tick_due_)
    self->delayed_send(self, defaults::move_memory, caf::tick_atom_v);
}

template <class Job>
void customer_state::to_account(const Job& job) {
  const auto found = accounts_.find(*job->account);
  const auto former = former_.find(*job->account);
  const auto* account = found != accounts_.end()  ? &found->second
                        : former != former_.end() ? &former->second.actor
                                                  : nullptr;
  self->send(job->worker, atom::expect_v, std::uint64_t{account != nullptr});
  if (account)
    self->send(*account, job);
}

template <class Job>
void customer_state::to_own_accounts(const Job& job) {
  for (const auto& [key, account] : accounts_)
    self->send(account, job);
  for (const auto& [key, former] : former_)
    self->send(former.actor, job);
}

template <class Job>
void customer_state::to_below(const Job& job) {
  for (const auto& sub : below_)
    self->send(sub, job);
  for (const auto& former : former_below_)
    self->send(former.actor, job);
}

namespace {

customer_actor::behavior_type customer_behavior(customer_actor::stateful_pointer<customer_state> self,
                                                const context_ptr& context, customer_id id,
                                                const tally_actor& tally) {
  fails_with_node(self, context);
  self->state.id = id;
  self->state.tally = tally;
  return {
      one_way{[self](const list_job_ptr& job) { self->state.list(job); }},
      one_way{[self](const stats_job_ptr& job) { self->state.stats(job); }},
      one_way{[self](const disconnect_job_ptr& job) { self->state.disconnect(job); }},
      one_way{[self](caf::put_atom, const account_key& key, account_actor& account) {
        self->state.put(key, std::move(account));
      }},
      one_way{[self](caf::join_atom, const account_key& key, const account_actor& account) {
        self->state.join(key, account);
      }},
      one_way{[self](caf::delete_atom, const account_key& key) { self->state.remove(key); }},
      one_way{[self](atom::retired, const account_key& key) { self->state.forget(key); }},
      one_way{
          [self](std::vector<scope_actor>& subcustomers) { self->state.set_below(std::move(subcustomers)); }},
      one_way{[self](caf::tick_atom) { self->state.forget_former(); }},
  };
}

} // namespace

customer_actor spawn_customer(caf::actor_system& system, context_ptr context, customer_id id,
                              tally_actor tally) {
  return spawn_with(priority::high, system, customer_behavior, std::move(context), id, std::move(tally));
}

} // namespace rollcall
