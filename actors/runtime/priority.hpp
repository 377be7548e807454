#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>

#include <type_traits>
#include <utility>

namespace rollcall {

/// How soon an actor runs once it has messages. A property for life, given when it is spawned; a scheduler
/// that knows nothing of it (CAF's own, the deterministic one of the tests) treats all alike.
enum class priority : int {
  low = 0, ///< first come, first served: what the feed sets in motion
  normal =
      0x4000, ///< before the low ones, a few of which may come first: so that what the feed sends it gathers
  high = 0x8000, ///< before all others: what a request passes through on its way
};

/// All bits that CAF 0.17.6 uses of an actor's flags. Priorities, and what else the scheduler notes of an
/// actor, are kept in others.
constexpr int flags_of_caf =
    caf::abstract_actor::has_timeout_flag | caf::abstract_actor::is_registered_flag
    | caf::abstract_actor::is_initialized_flag | caf::abstract_actor::is_blocking_flag
    | caf::abstract_actor::is_detached_flag | caf::abstract_actor::is_serializable_flag
    | caf::abstract_actor::is_migrated_from_flag | caf::abstract_actor::has_used_aout_flag
    | caf::abstract_actor::is_terminated_flag | caf::abstract_actor::is_cleaned_up_flag
    | caf::abstract_actor::is_shutting_down_flag | caf::abstract_channel::is_abstract_actor_flag
    | caf::abstract_channel::is_abstract_group_flag | caf::abstract_channel::is_actor_decorator_mask
    | caf::abstract_channel::is_hidden_flag;

constexpr int flags_of_priority = static_cast<int>(priority::normal) | static_cast<int>(priority::high);
static_assert((flags_of_priority & flags_of_caf) == 0);

/// caf::actor_system::spawn for an actor of this priority.
template <class F, class... Ts>
auto spawn_with(priority how, caf::actor_system& system, F behavior, Ts&&... xs) {
  caf::actor_config settings;
  settings.add_flag(static_cast<int>(how));
  return system.spawn_functor(std::true_type{}, settings, behavior, std::forward<Ts>(xs)...);
}

inline priority priority_of(const caf::abstract_actor& actor) {
  return actor.getf(static_cast<int>(priority::high))     ? priority::high
         : actor.getf(static_cast<int>(priority::normal)) ? priority::normal
                                                          : priority::low;
}

} // namespace rollcall
