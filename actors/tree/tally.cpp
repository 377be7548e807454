#include "actors/tree/tally.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/priority.hpp"

#include <utility>

namespace rollcall {

void tally_state::update(const tally_update& news) { set(news); }

void tally_state::remove(const account_key& key) { accounts_.erase(key); }

// An account's messages arrive in order, so a recount is compared with the counts that it was taken of.
void tally_state::audit(const tally_update& recount) {
  const auto found = accounts_.find(recount.account);
  if ((found == accounts_.end() ? switch_counts{} : found->second.counts) == recount.counts)
    return;
  ++context->metrics.tally_drift;
  log::error("tally", "account {}: counts differ from the account's; corrected",
             recount.account.account.value());
  set(recount);
}

void tally_state::stats(const stats_job& job) {
  stats_part part;
  part.accounts.reserve(accounts_.size());
  for (const auto& [key, news] : accounts_)
    part.accounts.push_back(news);
  self->send(job.worker, std::move(part));
}

void tally_state::set(const tally_update& news) {
  if (news.counts.none())
    accounts_.erase(news.account);
  else
    accounts_[news.account] = news;
}

namespace {

tally_actor::behavior_type tally_behavior(tally_actor::stateful_pointer<tally_state> self,
                                          const context_ptr& context) {
  fails_with_node(self, context);
  self->state.context = context;
  return {
      one_way{[self](const tally_update& news) { self->state.update(news); }},
      one_way{[self](caf::delete_atom, const account_key& key) { self->state.remove(key); }},
      one_way{[self](atom::audit, const tally_update& recount) { self->state.audit(recount); }},
      one_way{[self](const stats_job_ptr& job) { self->state.stats(*job); }},
  };
}

} // namespace

tally_actor spawn_tally(caf::actor_system& system, context_ptr context) {
  return spawn_with(priority::normal, system, tally_behavior, std::move(context));
}

} // namespace rollcall
