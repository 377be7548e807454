#include "domain/history/history_points.hpp"

#include <cstddef>

namespace rollcall {

history_points::history_points(const history_range& range) : range_(range), steps_(range.points()) {}

void history_points::add(const counted_span& span) {
  if (span.start < range_.from || span.start >= range_.to)
    return;
  auto& into = steps_[static_cast<std::size_t>((span.start - range_.from) / range_.step)];
  into.minutes += span.minutes;
  into.moments += span.moments;
  into.whole = into.whole && span.whole;
  into.figures.join(span.figures);
}

std::vector<history_point> history_points::take() const {
  std::vector<history_point> points;
  const auto minutes = static_cast<std::uint64_t>(range_.step / history_minute);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& from = steps_[i];
    if (from.moments == 0)
      continue;
    const auto moments = static_cast<double>(from.moments);
    const auto& figures = from.figures;
    points.push_back({range_.from + static_cast<std::int64_t>(i) * range_.step, figures.total_max,
                      static_cast<double>(figures.total_sum) / moments, figures.connected_max,
                      static_cast<double>(figures.connected_sum) / moments,
                      from.whole && from.minutes == minutes});
  }
  return points;
}

} // namespace rollcall
