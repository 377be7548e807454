#pragma once

#include "actors/scheduling/urgency.hpp"

#include <caf/resumable.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>

namespace rollcall {

/// The actors that have something to do, and how many threads see to them. Any thread; nobody waits in here:
/// who puts something in is told when a sleeping thread should be woken for it.
///
/// First come, first served among those of one urgency. The express come before all others; the prompt once
/// `patience` patient ones have come since the last, or none is left; and a patient one after `patience`
/// others in a row, so that no flood of requests stops the feed.
class run_queue {
public:
  using job = caf::resumable*;

  static constexpr std::size_t patience = 16;
  static constexpr std::size_t most_at_once = 8;
  using handful = std::array<job, most_at_once>;

  struct entry {
    job what;
    urgency how;
  };

  /// Who puts something in, and so what is left for others.
  enum class from {
    outside, ///< runs no actors
    turn,    ///< will take the first itself as soon as it is done with what it runs
    helper,  ///< will take what is urgent itself
  };

  /// `most_turns`: threads that take jobs at once.
  explicit run_queue(std::size_t most_turns) : most_turns_(most_turns) {}

  /// True when the caller has to wake a thread, which then calls woken() and tries to begin a turn.
  [[nodiscard]] bool put(std::span<const entry> jobs, from whom);
  void woken();

  /// A thread means to run actors now. False when there is nothing to run, or enough threads do.
  bool begin_turn();

  /// What it runs next: one job, or several patient ones when so many wait that each thread gets its share.
  /// Returns how many it has written to `into`; 0 when there is nothing any more. `wake`: as the result of
  /// put().
  std::size_t take(handful& into, bool& wake);

  /// It does something else now. True when there is more to run.
  bool end_turn();

  /// The next express or prompt job; null when there is none.
  job take_urgent();

  /// The next express job; null when there is none, which costs next to nothing to ask.
  job take_express();

  /// A helper leaves what is there. As put().
  [[nodiscard]] bool leave_rest();

  /// Nothing is taken any more.
  void close();

  /// True once no turn is left. After close().
  bool at_rest() const;

  /// Hands what was never taken to `f(job)`. After that.
  template <class F>
  void each_left(F f) {
    for (auto* line : {&express_, &prompt_, &patient_})
      for (; !line->empty(); line->pop_front())
        f(line->front());
  }

private:
  std::size_t size() const { return express_.size() + prompt_.size() + patient_.size(); }
  bool ask_for_turn();
  std::deque<job>& line_of(urgency how);
  std::deque<job>& next_line();
  job pop(std::deque<job>& line);

  const std::size_t most_turns_;
  mutable std::mutex mutex_;
  std::deque<job> express_;
  std::deque<job> prompt_;
  std::deque<job> patient_;
  std::size_t turns_ = 0;            ///< under way
  std::size_t asked_for_ = 0;        ///< threads that are being woken
  std::size_t urgent_in_a_row_ = 0;  ///< while patient ones waited
  std::size_t patient_in_a_row_ = 0; ///< since the last prompt one
  bool closed_ = false;
  std::atomic<bool> has_express_{false}; ///< without the mutex; may be out of date
};

} // namespace rollcall
