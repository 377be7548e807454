#include "actors/runtime/prefetch.hpp"

#include "domain/base/prefetch.hpp"

#include <caf/scheduled_actor.hpp>

namespace rollcall {

namespace {

// Where CAF 0.17.6 has what it needs, in bytes. Should another version have it elsewhere, nothing is wrong
// but the speed.
constexpr std::size_t control_block = 64; ///< before the actor: its reference counts
constexpr std::size_t inbox_end = 192;    ///< flags and mailbox, which a sender touches, are before this
constexpr std::size_t job_begin = 160;    ///< where the actor is a caf::resumable
constexpr std::size_t run_end = 704;      ///< queues, behaviors and open requests are before this
constexpr std::size_t handlers = 192;     ///< of a call

/// Shows the behavior of each job that is an actor and has one to `f(behavior)`.
template <class F>
void each_behavior(std::span<caf::resumable* const> jobs, F f) {
  for (auto* job : jobs) {
    if (job->subtype() != caf::resumable::scheduled_actor)
      continue;
    auto& behaviors = static_cast<caf::scheduled_actor*>(job)->bhvr_stack();
    if (!behaviors.empty())
      f(behaviors.back());
  }
}

} // namespace

void prefetch_to_send(const caf::actor_control_block* receiver) {
  prefetch(receiver, control_block + inbox_end);
}

// Each step reads what the one before has asked for.
void prefetch_to_run(std::span<caf::resumable* const> jobs) {
  for (auto* job : jobs)
    prefetch(reinterpret_cast<const char*>(job) - job_begin - control_block, control_block + run_end);
  each_behavior(jobs, [](const caf::behavior& x) { prefetch(&x); });
  each_behavior(jobs, [](const caf::behavior& x) { prefetch(x.as_behavior_impl().get(), handlers); });
}

} // namespace rollcall
