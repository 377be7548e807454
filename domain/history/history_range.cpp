#include "domain/history/history_range.hpp"

#include <array>

namespace rollcall {

using namespace std::chrono_literals;

history_range history_range::covering(history_time from, history_time to, std::chrono::seconds step) {
  const auto last = floor_to(step, to);
  return {floor_to(step, from), last == to ? last : last + step, step};
}

std::chrono::seconds step_that_does(history_time from, history_time to, std::chrono::seconds least) {
  constexpr std::array<std::chrono::seconds, 12> usual = {1min, 2min, 5min, 10min, 15min, 30min,
                                                          1h,   2h,   3h,   6h,    12h,   24h};
  const auto does = [&](std::chrono::seconds step) {
    return step >= least && history_range::covering(from, to, step).points() <= most_history_points;
  };
  for (const auto step : usual)
    if (does(step))
      return step;
  auto step = usual.back();
  while (!does(step))
    step *= 2;
  return step;
}

} // namespace rollcall
