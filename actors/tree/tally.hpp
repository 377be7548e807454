#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unordered_map>

namespace rollcall {

/// The state of a tally: the counts of one customer's accounts, those with calls only.
struct tally_state {
  static inline const char* name = "tally";

  explicit tally_state(tally_actor::pointer ptr) : self(ptr) {}

  void update(const tally_update& news);
  void remove(const account_key& key);
  void audit(const tally_update& recount);
  void stats(const stats_job& job);

  tally_actor::pointer self;
  context_ptr context;

private:
  void set(const tally_update& news);

  std::unordered_map<account_key, tally_update> accounts_;
};

tally_actor spawn_tally(caf::actor_system& system, context_ptr context);

} // namespace rollcall
