#include "domain/base/event_meter.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>

namespace rollcall::event_meter_test {

namespace {

using namespace std::chrono_literals;
using moment = event_meter::moment;

moment at(std::chrono::milliseconds since_start) { return moment{1h + since_start}; }

} // namespace

TEST_CASE("events count from the second after theirs, for as long as the window") {
  event_meter meter;
  CHECK(meter.recent(at(0s)) == 0);
  meter.count(at(0s), 3);
  meter.count(at(999ms), 4);
  CHECK(meter.recent(at(999ms)) == 0);
  CHECK(meter.recent(at(1s)) == 7);
  CHECK(meter.recent(at(10'999ms)) == 7);
  CHECK(meter.recent(at(11s)) == 0);
}

TEST_CASE("what came long ago does not count again when its place comes round") {
  event_meter meter;
  meter.count(at(0s), 5);
  for (auto later = 11s; later < 200s; ++later)
    CHECK(meter.recent(at(later)) == 0);
}

TEST_CASE("a clock that has just begun is no reason to count anything") {
  event_meter meter;
  CHECK(meter.recent(moment{}) == 0);
  meter.count(moment{}, 2);
  CHECK(meter.recent(moment{1s}) == 2);
}

TEST_CASE("a number that is too large is told as the largest") {
  event_meter meter;
  meter.count(at(0s), std::size_t{1} << 40);
  meter.count(at(0s), 1);
  meter.count(at(1s), 1);
  CHECK(meter.recent(at(2s)) == 0xFFFFFFFF);
}

TEST_CASE("the meter tells what the events of the last seconds are, whenever they came") {
  CHECK(rc::check([] {
    event_meter meter;
    std::map<std::int64_t, std::uint64_t> truth;
    std::int64_t now = 0;
    for (int i = 0; i < 60; ++i) {
      now += *rc::gen::inRange(0, 3);
      const auto events = *rc::gen::inRange<std::size_t>(0, 100);
      meter.count(at(std::chrono::seconds{now}), events);
      truth[now] += events;
      std::uint64_t expected = 0;
      for (auto ago = 1; ago <= static_cast<int>(event_meter::window); ++ago)
        expected += truth.contains(now - ago) ? truth[now - ago] : 0;
      RC_ASSERT(meter.recent(at(std::chrono::seconds{now})) == expected);
    }
  }));
}

} // namespace rollcall::event_meter_test
