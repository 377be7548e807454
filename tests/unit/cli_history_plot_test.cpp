#include "apps/rollcall/history_plot.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace rollcall::cli::cli_history_plot_test {

namespace {

constexpr std::int64_t noon = 1'732'363'200;

} // namespace

TEST_CASE("each step has a bar as high as its calls, connected ones below") {
  const std::vector<plotted_point> points = {
      {noon, 4, 2}, {noon + 60, 2, 2}, {noon + 120, 0, 0}, {noon + 240, 1, 0}};
  CHECK(plot_of(points, {noon, noon + 300, 60}, 40, 4)
        == "          4 ░\n"
           "            ░\n"
           "            ██\n"
           "            ██ ·░\n"
           "          0 2024-11-23T12:00:00Z  2024-11-23T12:05:00Z\n");
}

TEST_CASE("where there are more steps than columns a bar is the highest of its steps") {
  std::vector<plotted_point> points;
  for (int i = 0; i < 100; ++i)
    points.push_back({noon + 60 * i, i == 57 ? 8U : 1U, 1U});
  CHECK(plot_of(points, {noon, noon + 6000, 60}, 10, 2)
        == "          8      ░\n"
           "            ██████████\n"
           "          0 2024-11-23T12:00:00Z  2024-11-23T13:40:00Z\n");
}

TEST_CASE("a time in which nothing was counted is drawn too") {
  CHECK(plot_of({}, {noon, noon + 120, 60}, 10, 1)
        == "          1 ··\n"
           "          0 2024-11-23T12:00:00Z  2024-11-23T12:02:00Z\n");
  CHECK(plot_of({{noon - 60, 1, 1}, {noon + 120, 1, 1}}, {noon, noon + 120, 60}, 10, 1)
        == "          1 ··\n"
           "          0 2024-11-23T12:00:00Z  2024-11-23T12:02:00Z\n");
}

} // namespace rollcall::cli::cli_history_plot_test
