#pragma once

#include "actors/runtime/home.hpp"
#include "actors/runtime/urgency.hpp"

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
/// The express come before all others; the prompt once `patience` patient ones have come since the last, or
/// none is left; and a patient one after `patience` others in a row, so that no flood of requests stops the
/// feed. Among those of one urgency it is first come, first served, the patient lane by lane:
///
///   express  ■ ■                 any thread
///   prompt   ■                   any thread
///   patient  lane 0  ■ ■ ■ ■ ■   thread 0
///            lane 1  ■ ■ ■       thread 1
///
/// A thread whose own lane is empty takes from one whose thread does something else, has stood still in it
/// for longer than `standstill`, or has more there than it gets to soon. One that is `lead` behind is helped
/// even by who has something to do.
class run_queue {
public:
  using job = caf::resumable*;
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::size_t patience = 16;
  static constexpr std::size_t most_at_once = 8;
  static constexpr std::size_t soon = 128; ///< jobs, some tenths of a millisecond
  static constexpr std::size_t lead = 1024;
  static constexpr std::chrono::milliseconds standstill{1};
  using handful = std::array<job, most_at_once>;

  struct entry {
    job what;
    urgency how;
    home where = no_home;
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

  /// Jobs that have a home go to its lane, others to the one given. True when the caller has to wake a
  /// thread, which then calls woken() and tries to begin a turn.
  [[nodiscard]] bool put(std::span<const entry> jobs, from whom, std::size_t lane);
  void woken();

  /// A thread means to run actors now. False when there is nothing for it to run.
  bool begin_turn(std::size_t lane, moment now);

  /// What it runs next: one job, or several patient ones when many wait. Returns how many it has written to
  /// `into`; 0 when there is nothing for it any more. `wake`: as the result of put().
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

  /// The next express or prompt job; null when there is none.
  job take_urgent();

  /// The next express job; null when there is none, which costs next to nothing to ask.
  job take_express();

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
    for (auto* line : {&express_, &prompt_})
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
  std::deque<job> express_;
  std::deque<job> prompt_;
  std::vector<lane_state> lanes_;
  std::size_t patient_ = 0;          ///< in all lanes
  std::size_t turns_ = 0;            ///< under way
  std::size_t asked_for_ = 0;        ///< threads that are being woken
  std::size_t urgent_in_a_row_ = 0;  ///< while patient ones waited
  std::size_t patient_in_a_row_ = 0; ///< since the last prompt one
  bool closed_ = false;
  std::atomic<bool> has_express_{false}; ///< without the mutex; may be out of date
};

} // namespace rollcall
