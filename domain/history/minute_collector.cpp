#include "domain/history/minute_collector.hpp"

#include <utility>

namespace rollcall {

void minute_collector::add(history_time moment, const figures_rows& counted, bool complete) {
  const auto start = floor_to(history_minute, moment);
  const auto bit = mask_of(moment);
  if (minute_.moments == 0)
    minute_ = {start, 0, true, {}};
  if (start != minute_.start || (minute_.moments & bit) != 0)
    return;
  minute_.moments |= bit;
  minute_.complete = minute_.complete && complete;
  minute_.rows = joined(minute_.rows, counted);
}

std::optional<counted_minute> minute_collector::take_finished(history_time now) {
  if (floor_to(history_minute, now) == minute_.start)
    return std::nullopt;
  return take();
}

std::optional<counted_minute> minute_collector::take() {
  if (minute_.moments == 0)
    return std::nullopt;
  return std::exchange(minute_, {});
}

} // namespace rollcall
