#pragma once

#include "actors/runtime/deadline_clock.hpp"
#include "actors/runtime/run_queue.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

namespace rollcall {

/// Runs the actors on threads that are there already, between two looks at their sockets: run_turn(). So a
/// request passes from its socket through the actors and back without changing threads, and never waits for a
/// processor that actors hold; and requests overtake what the feed has set in motion (see priority).
///
/// Instead of CAF's own schedulers, which have threads of their own, wake one for each message and another
/// one for each deadline, and know one priority.
class scheduler final : public caf::scheduler::abstract_coordinator {
public:
  /// Has one of the threads, should all sleep, call woken() and then run_turn(). Any thread.
  using alarm = std::function<void()>;

  /// Has the systems that are made with this configuration use it. `threads`: how many call run_turn().
  static void use_in(caf::actor_system_config& config, alarm wake, std::size_t threads);

  /// The scheduler of a system that uses it.
  static scheduler& of(caf::actor_system& system);

  scheduler(caf::actor_system& system, alarm wake, std::size_t threads);
  ~scheduler() override;

  /// Runs actors for a tenth of a millisecond, longer only when a few of them take longer. Returns what is
  /// left; who then sleeps because it is elsewhere looks again after `standstill`. The calling thread lives
  /// as long as the system.
  run_queue::rest run_turn();

  static constexpr auto standstill = run_queue::standstill;

  void woken() { queue_.woken(); }

  /// While it lives, no other thread is woken for the requests that the calling one passes on to actors. Its
  /// end runs those of high and normal priority until none has anything to do, or it has run enough. Does
  /// nothing in a system with another scheduler.
  class help {
  public:
    explicit help(caf::actor_system& in);
    ~help();
    help(const help&) = delete;
    help& operator=(const help&) = delete;

  private:
    scheduler* of_;
  };

  void enqueue(caf::resumable* what) override;
  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;

  /// Waits for the turns that are under way. What is left is dropped.
  void stop() override;

private:
  class unit;
  class turn;
  class helper;
  class worker;

  worker& here();

  const alarm wake_;
  run_queue queue_;
  std::atomic<std::size_t> next_lane_{0};
  deadline_clock clock_;
  std::thread clock_thread_;
};

} // namespace rollcall
