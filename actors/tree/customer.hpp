#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// The state of a customer actor: who is directly below it.
struct customer_state {
  static inline const char* name = "customer";

  explicit customer_state(customer_actor::pointer ptr) : self(ptr) {}

  void list(const list_job_ptr& job);
  void stats(const stats_job_ptr& job);
  void disconnect(const disconnect_job_ptr& job);
  void put(const account_key& key, account_actor account);
  void join(const account_key& key, const account_actor& account);
  void remove(const account_key& key);
  void forget(const account_key& key);
  void set_below(std::vector<scope_actor> subcustomers);
  void forget_former();

  customer_actor::pointer self;
  customer_id id;
  tally_actor tally;

private:
  template <class Job>
  void to_account(const Job& job);
  template <class Job>
  void to_own_accounts(const Job& job);
  template <class Job>
  void to_below(const Job& job);
  std::size_t below() const { return below_.size() + former_below_.size(); }
  std::uint64_t remember_change();

  std::unordered_map<account_key, account_actor> accounts_;
  std::vector<scope_actor> below_;

  /// What changed hands, and in which period.
  template <class Actor>
  struct changed {
    Actor actor;
    std::uint64_t period;
  };

  // What changed hands a moment ago. Requests that were let in before still count on finding here what has
  // left; who asks gets some answers twice then, and some out of scope, and sorts them out.
  std::unordered_map<account_key, changed<account_actor>> former_;
  std::vector<changed<scope_actor>> former_below_;
  std::unordered_map<account_key, changed<account_actor>>
      joined_;               ///< the tally may not have their counts yet
  std::uint64_t period_ = 0; ///< ends with a tick; what changed hands is forgotten with the second one
  bool tick_due_ = false;
};

/// Spawns the actor of a customer whose accounts report to `tally`.
customer_actor spawn_customer(caf::actor_system& system, context_ptr context, customer_id id,
                              tally_actor tally);

} // namespace rollcall
