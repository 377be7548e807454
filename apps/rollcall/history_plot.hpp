#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rollcall::cli {

/// What is drawn of a history: a point of each step.
struct plotted_point {
  std::int64_t time = 0; ///< seconds since the epoch
  std::uint64_t total = 0;
  std::uint64_t connected = 0;
};

/// The times that are drawn, and their steps, in seconds.
struct plotted_time {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t step = 60;
};

/// Lines of a bar for each step, or for some steps together: then the highest of them. What was connected is
/// drawn full, what was not yet is drawn light on top of it; `·` stands where nothing was counted. The axis
/// has the highest figure, and the time in UTC. `columns` and `rows` are those of the bars; there is room for
/// the axes beside them.
std::string plot_of(const std::vector<plotted_point>& points, const plotted_time& time, std::size_t columns,
                    std::size_t rows);

/// Columns that the axis takes.
constexpr std::size_t plot_axis = 12;

/// `2026-11-30T19:22:00Z`
std::string shown_time(std::int64_t seconds);

} // namespace rollcall::cli
