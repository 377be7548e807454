#include "transport/switches/common/switch_clock.hpp"

#include <doctest/doctest.h>

namespace rollcall::switch_clock_test {

using namespace rollcall::switches;
using namespace std::chrono_literals;

namespace {

const timestamp noon{std::chrono::seconds{1'795'492'800}};
const switch_clock::moment start{};

call_event call_at(timestamp when) {
  call_event event;
  event.setup = when;
  event.connect = when + 5s;
  return event;
}

timestamp setup_by(const switch_clock& clock, timestamp told) {
  auto event = call_at(told);
  clock.correct(event);
  CHECK(*event.connect - *event.setup == 5s);
  return *event.setup;
}

} // namespace

TEST_CASE("an unmeasured clock is not corrected") {
  const switch_clock clock;
  CHECK_FALSE(clock.ahead());
  CHECK(setup_by(clock, noon) == noon);
}

TEST_CASE("a clock that is off by two seconds or less is taken as it is, and told") {
  switch_clock clock;
  clock.measured(noon + 2s, noon, 0s, start);
  CHECK(clock.ahead() == 2s);
  CHECK(setup_by(clock, noon) == noon);
}

TEST_CASE("the times of a clock that is off by more are ours") {
  switch_clock clock;
  SUBCASE("ahead") {
    clock.measured(noon + 1h, noon + 1s, 2s, start); // told in the middle of the round trip
    CHECK(setup_by(clock, noon + 1h) == noon);
  }
  SUBCASE("behind") {
    clock.measured(noon - 1h, noon, 0s, start);
    CHECK(setup_by(clock, noon - 1h) == noon);
  }
}

TEST_CASE("the correction stays the same while a clock drifts, and follows when it steps") {
  switch_clock clock;
  clock.measured(noon + 10s, noon, 0s, start);
  CHECK_FALSE(clock.has_stepped());
  clock.measured(noon + 11s, noon, 0s, start + 5s);
  CHECK(clock.ahead() == 11s);
  CHECK(setup_by(clock, noon + 10s) == noon);
  CHECK_FALSE(clock.has_stepped());
  clock.measured(noon, noon, 0s, start + 10s); // somebody has set it right
  CHECK(setup_by(clock, noon) == noon);
  CHECK(clock.has_stepped());
}

TEST_CASE("a slow answer says less of a clock than a quick one, unless the clock has stepped") {
  switch_clock clock;
  clock.measured(noon, noon, 1ms, start);
  clock.measured(noon + 900ms, noon, 3s, start + 5s);
  CHECK(clock.ahead() == 500us);
  clock.measured(noon + 1h, noon, 3s, start + 10s);
  CHECK(clock.correction() == 1h + 1500ms);
  clock.measured(noon + 1h, noon, 5s, start + 71s);
  CHECK(clock.ahead() == 1h + 2500ms);
}

TEST_CASE("a measurement that may be wrong by as much as it says corrects nothing") {
  switch_clock clock;
  clock.measured(noon - 3s, noon, 2s, start); // 2 s behind, give or take 1 s
  CHECK(clock.ahead() == -2s);
  CHECK(setup_by(clock, noon) == noon);
}

TEST_CASE("a time that is not known stays so") {
  switch_clock clock;
  clock.measured(noon + 1h, noon, 0s, start);
  call_event event;
  event.connect = timestamp{};
  clock.correct(event);
  CHECK(event.connect == timestamp{});
  CHECK_FALSE(event.setup);
}

} // namespace rollcall::switch_clock_test
