#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "actors/links/settlement.hpp"

#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <forward_list>
#include <utility>

namespace rollcall {

/// What all calls of one switch share.
struct switch_context : caf::ref_counted {
  switch_context(context_ptr of, node_actor at, link_actor by)
      : context(std::move(of)), node(std::move(at)), link(std::move(by)) {}

  context_ptr context;
  node_actor node;
  link_actor link;
  settlement awaited;
};

using switch_context_ptr = caf::intrusive_ptr<switch_context>;

//   switch: Idle ─► WaitAuth ─► WaitRoute ─► ARComplete ─► Connected ─► Disconnecting ─► Dead
//              └────────┴───────────┴────────────┴────────────┴───── hang_up sent ──┘      │ forget
//                                                                                       (ended)
//
//   place:  asked ──placed──► kept ──account changes──► moving ──placed──► kept
//
// While it moves, the old account goes on showing the call as it was before the move, so that it is never
// out of sight; it leaves there when the new account has it.
//
// A call that is forgotten does not quit: jobs for it may be on their way, and each has to be answered. It
// ends when nobody knows it any more.

/// The state of a call actor. There are a million of them, so it is not kept in the actor, which without it
/// just fills one of the allocator's sizes, but beside it, in a cache line of its own.
class call_actor_state {
public:
  call_actor_state(call_actor::pointer ptr, switch_context_ptr shared, record_ptr first, bool awaited)
      : self(ptr),
        shared_(std::move(shared)),
        record_(std::move(first)),
        asked_(record_),
        awaited_(awaited) {}

  void on_event(const call_event& event);
  void on_placed(const account_key& key, call_owner_actor owner, slot where);
  void on_disconnect(const disconnect_job_ptr& job);
  void on_notice(link_notice notice);
  void on_number(account_id account);

private:
  void hang_up(const disconnect_job_ptr& job);
  void on_sent(bool sent);
  void on_not_begun(call_outcome::kind why);
  void on_look();
  void on_forget();
  void show(record_ptr newer);
  void move();
  void settle();
  void answer(const disconnect_job_ptr& job, call_outcome::kind what);
  bool may_hang_up(const disconnect_job_ptr& job) const;
  bool is_meant(const disconnect_job& job) const;
  bool at_home() const { return kept_in_ == record_->account(); }

  call_actor::pointer self;
  switch_context_ptr shared_;
  record_ptr record_;
  call_owner_actor account_;                      ///< null until first placed
  account_id kept_in_;                            ///< of account_
  record_ptr asked_;                              ///< what was sent to be placed; null unless it moves
  std::forward_list<disconnect_job_ptr> waiting_; ///< for what comes of hang_up; who asked first is last
  slot slot_{};                                   ///< in account_
  std::uint32_t forgotten_ : 1 = 0;
  std::uint32_t awaited_ : 31; ///< how much that no account shows yet the link waits for
};

static_assert(sizeof(call_actor_state) <= 64);

/// Spawns the actor of a call in its first picture. Whoever spawns it asks the node to place it, so that the
/// call need not run for that. Its behavior is made at its first message. `awaited`: the link has counted it.
call_actor spawn_call(caf::actor_system& system, switch_context_ptr shared, record_ptr first, bool awaited);

} // namespace rollcall
