#include "actors/scheduling/prefetch.hpp"

#include "domain/prefetch.hpp"

#include <caf/scheduled_actor.hpp>

namespace rollcall {

namespace {

// Where CAF 0.17.6 has what it needs, in bytes. Should another version have it elsewhere, nothing is wrong
// but the speed.
constexpr std::size_t control_block = 64; ///< before the actor: its reference counts
constexpr std::size_t inbox_end = 192;    ///< its kind, its flags, whom it runs for, and what others write to
constexpr std::size_t job_begin = 160;    ///< where the actor is a caf::resumable
constexpr std::size_t idle_begin = 704;   ///< queues, behaviors and open requests are before this
constexpr std::size_t handlers = 192;     ///< of a call

} // namespace

void prefetch_to_send(const caf::actor_control_block* receiver) {
  prefetch(receiver, control_block + inbox_end);
}

void prefetch_to_run(std::span<caf::resumable* const> jobs) {
  const auto each_actor = [&](auto f) {
    for (auto* job : jobs)
      if (job->subtype() == caf::resumable::scheduled_actor)
        f(*static_cast<caf::scheduled_actor*>(job));
  };
  for (auto* job : jobs)
    prefetch(reinterpret_cast<const char*>(job) - job_begin - control_block, control_block + idle_begin);
  each_actor([](caf::scheduled_actor& actor) {
    if (!actor.bhvr_stack().empty())
      prefetch(&actor.bhvr_stack().back());
  });
  each_actor([](caf::scheduled_actor& actor) {
    if (!actor.bhvr_stack().empty())
      prefetch(actor.bhvr_stack().back().as_behavior_impl().get(), handlers);
  });
}

} // namespace rollcall
