#include "domain/history/history_range.hpp"
#include "history_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rollcall::history_range_test {

using namespace std::chrono_literals;
using testing::some_day;

TEST_CASE("a range is widened to whole steps that begin at multiples of themselves") {
  CHECK(history_range::covering(some_day + 61s, some_day + 119s, 60s)
        == history_range{some_day + 60s, some_day + 120s, 60s});
  CHECK(history_range::covering(some_day + 60s, some_day + 120s, 60s)
        == history_range{some_day + 60s, some_day + 120s, 60s});
  CHECK(history_range::covering(some_day + 1h, some_day + 25h, 24h)
        == history_range{some_day, some_day + 48h, 24h});
  CHECK(history_range::covering(some_day + 5s, some_day + 5s, 60s).points() == 1);
  CHECK(history_range::covering(some_day, some_day, 60s).points() == 0);
}

TEST_CASE("the step that would do is the shortest usual one") {
  CHECK(step_that_does(some_day, some_day + 10'000min, 60s) == 60s);
  CHECK(step_that_does(some_day, some_day + 10'001min, 60s) == 120s);
  CHECK(step_that_does(some_day, some_day + 24h, 240s) == 300s);
  CHECK(step_that_does(some_day, some_day + 24h * 365, 60s) == 1h);
  CHECK(step_that_does(some_day, some_day + 24h, 24h * 3) == 24h * 4);
  CHECK(rc::check("for any time", [] {
    const auto from = some_day + std::chrono::seconds{*rc::gen::inRange(0, 1'000'000)};
    const auto to = from + std::chrono::seconds{*rc::gen::inRange<std::int64_t>(0, 200'000'000'000)};
    const auto step = step_that_does(from, to, 60s);
    RC_ASSERT(step % 60s == 0s);
    RC_ASSERT(history_range::covering(from, to, step).points() <= most_history_points);
  }));
}

} // namespace rollcall::history_range_test
