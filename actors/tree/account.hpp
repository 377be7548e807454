#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/calls/account_calls.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace rollcall {

/// The state of an account actor. Its records are what lists show, its counts are theirs: whatever the order
/// of events, the two agree. The tally is told of a burst of changes once, and always before a list leaves,
/// so that nobody sees a call in a list and then misses it in the stats. When the account changes hands, the
/// tally of the former customer is told for a while longer: requests that were let in before still ask there.
struct account_state {
  static inline const char* name = "account";

  explicit account_state(account_actor::pointer ptr) : self(ptr) {}

  void take(record_ptr record, const call_actor& call, bool moves);
  void replace(const record_ptr& record, slot where);
  void leave(const record_ptr& record, slot where);
  void list(const list_job& job);
  void stats(const stats_job& job);
  void disconnect(const disconnect_job_ptr& job);
  void ask_some();
  void belong_to(tally_actor next);
  void learn_numbers(directory_ptr dir);
  void audit();
  void retire(const registrar_actor& asked_by, std::uint64_t round);
  void flush();
  void forget_moves();
  void look(const symptom_rules_ptr& rules);
  void look_at_some();

  account_actor::pointer self;
  context_ptr context;
  node_actor node; ///< finds calls that have left
  account_key key;
  tally_actor tally;
  std::uint64_t version = 0; ///< counts the changes

private:
  struct former_tally {
    tally_actor tally;
    std::chrono::steady_clock::time_point since;
  };

  /// A job that is being passed on to calls.
  struct asking {
    disconnect_job_ptr job;
    std::vector<call_actor> calls;
    std::size_t done = 0;
  };

  /// A search for symptoms, which goes on in several turns.
  struct looking {
    symptom_rules_ptr rules;
    timestamp now;
    symptom_counts found;
    std::size_t next = 0; ///< slot
  };

  void number(const record_ptr& record, const call_actor& call);
  void publish(const record_ptr& before, const record_ptr& after, slot where);
  void publish_leave(const record_ptr& record, slot where, bool departs);
  void touch();
  void remember_move();
  void post(const symptom_counts& found);

  account_calls<call_actor> calls_{defaults::move_memory};
  std::vector<former_tally> former_tallies_; ///< oldest first
  std::deque<asking> asking_;                ///< oldest first; `proceed` is under way while there are some
  directory_ptr directory_;                  ///< of an account without a number only
  bool changed_ = false;                     ///< the tally has not been told everything; a flush is under way
  bool tick_due_ = false;
  std::unique_ptr<looking> looking_; ///< null most of the time
  bool suspects_ = false;            ///< it has posted what it has found
  bool retired_ = false;             ///< said to be: another may speak for this account
};

/// Spawns the actor of an account that belongs to the customer of `tally`. Its versions begin above
/// `version`, the last of an actor of the same account that has retired.
account_actor spawn_account(caf::actor_system& system, context_ptr context, node_actor node, account_key key,
                            tally_actor tally, std::uint64_t version);

} // namespace rollcall
