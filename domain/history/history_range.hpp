#pragma once

#include "domain/history/history_time.hpp"

#include <chrono>
#include <cstddef>

namespace rollcall {

/// Points of one answer.
constexpr std::size_t most_history_points = 10'000;

/// What is asked for: from `from` up to, not including, `to`, in steps. All three are multiples of a minute,
/// and the times of the step.
struct history_range {
  history_time from;
  history_time to;
  std::chrono::seconds step{60};

  /// Widened to whole steps: these begin at multiples of themselves, so that answers to one question fit
  /// together however they are cut.
  static history_range covering(history_time from, history_time to, std::chrono::seconds step);

  std::size_t points() const { return static_cast<std::size_t>((to - from) / step); }

  friend bool operator==(const history_range&, const history_range&) = default;
};

/// The shortest usual step that is not below `least` and cuts the time into at most most_history_points
/// points.
std::chrono::seconds step_that_does(history_time from, history_time to, std::chrono::seconds least);

} // namespace rollcall
