#include "domain/history/minute_collector.hpp"
#include "history_fixture.hpp"

#include <doctest/doctest.h>

namespace rollcall::minute_collector_test {

using namespace std::chrono_literals;
using testing::account_subject;
using testing::row_of;
using testing::some_day;

TEST_CASE("the figures of a minute are over all of its moments") {
  minute_collector collector;
  for (int i = 0; i < 6; ++i)
    collector.add(some_day + i * 10s,
                  i == 2 ? figures_rows{} : figures_rows{row_of(account_subject(1), i == 4 ? 9 : 2, 1)},
                  true);
  CHECK_FALSE(collector.take_finished(some_day + 59s));
  const auto minute = collector.take_finished(some_day + 60s);
  REQUIRE(minute);
  CHECK(*minute == counted_minute{some_day, all_moments, true, {{account_subject(1), {9, 17, 1, 5}}}});
  CHECK_FALSE(collector.take_finished(some_day + 120s));
}

TEST_CASE("a minute of which some moments were missed says so") {
  minute_collector collector;
  collector.add(some_day + 20s, {}, true);
  collector.add(some_day + 50s, {}, false);
  const auto minute = collector.take();
  REQUIRE(minute);
  CHECK(minute->moments == 0b100100);
  CHECK_FALSE(minute->complete);
}

TEST_CASE("a moment counts once, and not for another minute") {
  minute_collector collector;
  collector.add(some_day + 70s, {row_of(account_subject(1), 1, 1)}, true);
  collector.add(some_day + 70s, {row_of(account_subject(1), 5, 5)}, true);
  collector.add(some_day + 50s, {row_of(account_subject(1), 5, 5)}, true);
  const auto minute = collector.take_finished(some_day + 10s); // the clock was set back
  REQUIRE(minute);
  CHECK(*minute == counted_minute{some_day + 60s, 0b000010, true, {row_of(account_subject(1), 1, 1)}});
}

} // namespace rollcall::minute_collector_test
