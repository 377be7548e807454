#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>

#include <type_traits>
#include <utility>

namespace rollcall {

/// How soon an actor runs once it has messages. A property for life, given when it is spawned; a scheduler
/// that knows nothing of it (CAF's own, the deterministic one of the tests) treats all alike.
enum class urgency : int {
  patient = 0, ///< first come, first served: what the feed sets in motion
  prompt =
      0x4000, ///< before the patient, a few of which may come first: so that what the feed sends it gathers
  express = 0x8000, ///< before all others: what a request passes through on its way
};

// They are kept in an actor's flags, in bits that CAF does not use.
static_assert((0xffff & (static_cast<int>(urgency::prompt) | static_cast<int>(urgency::express)))
              == (0x4000 | 0x8000));

/// caf::actor_system::spawn for an actor of this urgency.
template <class F, class... Ts>
auto spawn_as(urgency how, caf::actor_system& system, F behavior, Ts&&... xs) {
  caf::actor_config settings;
  settings.add_flag(static_cast<int>(how));
  return system.spawn_functor(std::true_type{}, settings, behavior, std::forward<Ts>(xs)...);
}

inline urgency urgency_of(const caf::abstract_actor& actor) {
  return actor.getf(static_cast<int>(urgency::express))  ? urgency::express
         : actor.getf(static_cast<int>(urgency::prompt)) ? urgency::prompt
                                                         : urgency::patient;
}

} // namespace rollcall
