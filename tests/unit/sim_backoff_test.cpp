#include "domain/base/backoff.hpp"

#include <doctest/doctest.h>

namespace rollcall::sim_backoff_test {

using namespace std::chrono_literals;

TEST_CASE("sim backoff: waits double up to five seconds, shortened by at most a half") {
  sim_backoff backoff(1);
  for (const auto full : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms}) {
    const auto wait = backoff.next();
    CHECK(wait <= full);
    CHECK(wait >= full / 2);
  }
}

TEST_CASE("sim backoff: the least wait can be asked for between the others") {
  sim_backoff backoff(1);
  backoff.next();
  for (int i = 0; i < 10; ++i)
    CHECK(backoff.least() <= 250ms);
  CHECK(backoff.next() <= 500ms);
  CHECK(backoff.next() > 250ms);
}

TEST_CASE("sim backoff: a good connection starts again with the shortest") {
  sim_backoff backoff(1);
  for (int i = 0; i < 10; ++i)
    backoff.next();
  backoff.reset();
  CHECK(backoff.next() <= 250ms);
}

TEST_CASE("sim backoff: two switches do not come back together, one switch repeats itself") {
  sim_backoff one(1);
  sim_backoff same(1);
  sim_backoff other(2);
  const auto wait = one.next();
  CHECK(wait == same.next());
  CHECK(wait != other.next());
}

TEST_CASE("sim backoff: others come back in their own time") {
  sim_backoff backoff(1, 100ms, 1000ms);
  for (const auto full : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto wait = backoff.next();
    CHECK(wait <= full);
    CHECK(wait >= full / 2);
  }
  backoff.reset();
  CHECK(backoff.next() <= 100ms);
}

} // namespace rollcall::sim_backoff_test
