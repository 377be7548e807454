#include "domain/history/counted_minute.hpp"
#include "history_fixture.hpp"

#include <doctest/doctest.h>

namespace rollcall::counted_minute_test {

using namespace std::chrono_literals;
using testing::account_subject;
using testing::row_of;
using testing::some_day;

TEST_CASE("two nodes that took turns in a minute have counted it together") {
  const counted_minute first{some_day, 0b000111, true, {row_of(account_subject(1), 3, 2)}};
  const counted_minute second{
      some_day, 0b111000, true, {row_of(account_subject(1), 5, 1), row_of(account_subject(2), 1, 0)}};
  const counted_minute both{
      some_day, 0b111111, true, {{account_subject(1), {5, 8, 2, 3}}, row_of(account_subject(2), 1, 0)}};
  CHECK(joined(first, second) == both);
  CHECK(joined(second, first) == both);
  CHECK(both.is_whole());
}

TEST_CASE("two halves of a minute lack something when one of them does") {
  const counted_minute first{some_day, 0b000111, false, {}};
  const counted_minute second{some_day, 0b111000, true, {}};
  CHECK_FALSE(joined(first, second).is_whole());
  CHECK_FALSE(joined(second, first).is_whole());
}

TEST_CASE("of two records of the same moments the one with more is kept, whichever came first") {
  const counted_minute all{some_day, all_moments, false, {row_of(account_subject(1), 3, 2)}};
  const counted_minute some{some_day, 0b111100, true, {row_of(account_subject(1), 9, 9)}};
  CHECK(joined(all, some) == all);
  CHECK(joined(some, all) == all);
}

TEST_CASE("of two records of as many moments the complete one is kept") {
  const counted_minute lacking{some_day, all_moments, false, {}};
  const counted_minute complete{some_day, all_moments, true, {row_of(account_subject(1), 3, 2)}};
  CHECK(joined(lacking, complete) == complete);
  CHECK(joined(complete, lacking) == complete);
  CHECK(joined(complete, complete) == complete);
}

TEST_CASE("each moment of a minute has a bit of its own") {
  moment_mask all = 0;
  for (auto moment = some_day; moment < some_day + history_minute; moment += sample_interval) {
    CHECK((all & mask_of(moment)) == 0);
    all |= mask_of(moment);
  }
  CHECK(all == all_moments);
  CHECK(mask_of(some_day + 60s) == mask_of(some_day));
}

} // namespace rollcall::counted_minute_test
