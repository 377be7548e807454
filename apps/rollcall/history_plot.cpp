#include "apps/rollcall/history_plot.hpp"

#include "domain/base/time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace rollcall::cli {

namespace {

/// One bar; none where nothing was counted.
struct bar {
  std::uint64_t total = 0;
  std::uint64_t connected = 0;
};

std::vector<std::optional<bar>> bars_of(const std::vector<plotted_point>& points, const plotted_time& time,
                                        std::size_t columns) {
  const auto steps = static_cast<std::size_t>((time.to - time.from) / time.step);
  const auto in_one = std::max<std::size_t>(1, (steps + columns - 1) / columns);
  std::vector<std::optional<bar>> bars((steps + in_one - 1) / in_one);
  for (const auto& point : points) {
    const auto i = static_cast<std::size_t>((point.time - time.from) / time.step) / in_one;
    if (point.time < time.from || i >= bars.size())
      continue;
    auto& into = bars[i] ? *bars[i] : bars[i].emplace();
    into.total = std::max(into.total, point.total);
    into.connected = std::max(into.connected, point.connected);
  }
  return bars;
}

/// What a bar shows in the row whose lower edge is `low` and whose upper edge is `high`, in calls.
const char* cell(const std::optional<bar>& of, double low, double high, bool lowest) {
  if (!of)
    return lowest ? "·" : " ";
  // Something is shown of whatever is more than nothing.
  const auto reaches = [&](std::uint64_t calls) {
    return static_cast<double>(calls) >= (low + high) / 2 || (lowest && calls > 0);
  };
  return reaches(of->connected) ? "█" : reaches(of->total) ? "░" : " ";
}

std::string padded(const std::string& text) {
  const auto room = plot_axis - 1;
  return std::string(room - std::min(room, text.size()), ' ') + text;
}

} // namespace

std::string shown_time(std::int64_t seconds) {
  constexpr std::size_t to_the_second = 19;
  return format_rfc3339(timestamp{std::chrono::seconds{seconds}}).substr(0, to_the_second) + 'Z';
}

std::string plot_of(const std::vector<plotted_point>& points, const plotted_time& time, std::size_t columns,
                    std::size_t rows) {
  const auto bars = bars_of(points, time, columns);
  std::uint64_t highest = 1;
  for (const auto& each : bars)
    highest = std::max(highest, each ? each->total : 0);
  const auto step = static_cast<double>(highest) / static_cast<double>(rows);
  std::string out;
  for (auto row = rows; row-- > 0;) {
    const auto low = static_cast<double>(row) * step;
    out += padded(row + 1 == rows ? std::to_string(highest) : std::string{}) + ' ';
    std::string line;
    for (const auto& each : bars)
      line += cell(each, low, low + step, row == 0);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  const auto from = shown_time(time.from);
  const auto to = shown_time(time.to);
  const auto between = bars.size() > from.size() + to.size() ? bars.size() - from.size() - to.size() : 2;
  out += padded("0") + ' ' + from + std::string(between, ' ') + to + '\n';
  return out;
}

} // namespace rollcall::cli
