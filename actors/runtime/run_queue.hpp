#pragma once

#include "actors/runtime/affinity.hpp"
#include "actors/runtime/priority.hpp"

#include <caf/resumable.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

namespace rollcall {

/// The actors that have something to do, and how many threads see to them. Any thread; nobody waits in here:
/// who puts something in is told when a sleeping thread should be woken for it.
///
/// High priority comes before all others; normal once `most_in_a_row` jobs of low have come since the last,
/// or none is left; and low after `most_in_a_row` others, so that no flood of requests stops the feed. Within
/// one priority it is first come, first served, low lane by lane:
///
///   high     ■ ■                 any thread
///   normal   ■                   any thread
///   low      lane 0  ■ ■ ■ ■ ■   thread 0
///            lane 1  ■ ■ ■       thread 1
///
/// A thread whose own lane is empty takes from one whose thread does something else, has stood still in it
/// for longer than `standstill`, or has more there than it gets to soon. One that is `lead` behind is helped
/// even by who has something to do.
class run_queue {
public:
  using job = caf::resumable*;
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::size_t most_in_a_row = 16;
  static constexpr std::size_t most_at_once = 8;
  static constexpr std::size_t soon = 128; ///< jobs, some tenths of a millisecond
  static constexpr std::size_t lead = 1024;
  static constexpr std::chrono::milliseconds standstill{1};
  using handful = std::array<job, most_at_once>;

  struct entry {
    job what;
    priority how;
    affinity where = no_affinity;
  };

  /// Who puts something in, and so what is left for others.
  enum class from {
    outside, ///< runs no actors
    turn,    ///< will take the first itself as soon as it is done with what it runs
    helper,  ///< will take what is urgent itself
  };

  /// `threads`: that take jobs at once, each with a lane from 0 on. `clock`: tells the time to put(), which
  /// most often need not know it.
  explicit run_queue(std::size_t threads, moment (*clock)() = std::chrono::steady_clock::now)
      : clock_(clock), lanes_(threads) {}

  /// Jobs that have an affinity go to its lane, others to the one given. True when the caller has to wake a
  /// thread, which then calls woken() and tries to begin a turn.
  [[nodiscard]] bool put(std::span<const entry> jobs, from whom, std::size_t lane);
  void woken();

  /// A thread means to run actors now. False when there is nothing for it to run.
  bool begin_turn(std::size_t lane, moment now);

  /// What it runs next: one job, or several of low priority when many wait. Returns how many it has written
  /// to `into`; 0 when there is nothing for it any more. `wake`: as the result of put().
  std::size_t take(handful& into, bool& wake, std::size_t lane, moment now);

  /// It does something else now.
  void end_turn(std::size_t lane);

  /// What there is to run.
  enum class rest {
    none,
    elsewhere, ///< others see to it; should one of them stand still, it is for any thread
    here,      ///< for this thread
  };
  rest rest_for(std::size_t lane, moment now);

  /// The next job of high or normal priority; null when there is none.
  job take_urgent();

  /// The next job of high priority; null when there is none, which costs next to nothing to ask.
  job take_high();

  /// A helper leaves what is there. As put().
  [[nodiscard]] bool leave_rest();

  std::size_t lanes() const noexcept { return lanes_.size(); }

  /// Nothing is taken any more.
  void close();

  /// True once no turn is left. After close().
  bool at_rest() const;

  /// Hands what was never taken to `f(job)`. After that.
  template <class F>
  void each_left(F f) {
    for (auto* line : {&high_, &normal_})
      for (; !line->empty(); line->pop_front())
        f(line->front());
    for (auto& each : lanes_)
      for (; !each.jobs.empty(); each.jobs.pop_front())
        f(each.jobs.front());
  }

private:
  struct lane_state {
    std::deque<job> jobs;
    bool in_turn = false; ///< its thread runs actors
    moment taken;         ///< when that last took some
  };

  static bool needs_help(const lane_state& one, moment now);
  lane_state* lane_for(std::size_t thread, moment now);
  bool has_work_for(std::size_t thread, moment now);
  bool leaves_work(std::size_t thread, moment now) const;
  bool may_ask() const { return !closed_ && turns_ + asked_for_ < lanes_.size(); }
  bool ask_for_turn();
  std::deque<job>* next_line(std::size_t thread, moment now);
  job pop(std::deque<job>& line);

  moment (*const clock_)();
  mutable std::mutex mutex_;
  std::deque<job> high_;
  std::deque<job> normal_;
  std::vector<lane_state> lanes_;
  std::size_t low_ = 0;             ///< in all lanes
  std::size_t turns_ = 0;           ///< under way
  std::size_t asked_for_ = 0;       ///< threads that are being woken
  std::size_t urgent_in_a_row_ = 0; ///< while low ones waited
  std::size_t low_in_a_row_ = 0;    ///< since the last normal one
  bool closed_ = false;
  std::atomic<bool> has_high_{false}; ///< without the mutex; may be out of date
};

} // namespace rollcall
