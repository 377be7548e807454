#include "transport/switches/common/pacer.hpp"

#include <doctest/doctest.h>

namespace rollcall::pacer_test {

using switches::pacer;
using namespace std::chrono_literals;

namespace {

constexpr pacer::moment start{};

/// How many go out now.
int go(pacer& by, pacer::moment now) {
  int count = 0;
  for (; by.may_send(now); ++count)
    by.sent();
  return count;
}

} // namespace

TEST_CASE("a few go at once, and then so many in a second") {
  pacer by{100, 5, start};
  CHECK(go(by, start) == 5);
  CHECK(by.wait(start) == 10ms);
  CHECK(go(by, start + 9ms) == 0);
  CHECK(by.wait(start + 9ms) <= 2ms); // to the millisecond
  CHECK(go(by, start + 11ms) == 1);
  int count = 0;
  for (auto now = start + 11ms; now < start + 1011ms; now += 1ms)
    count += go(by, now);
  CHECK(count >= 98);
  CHECK(count <= 101);
}

TEST_CASE("a pause saves up no more than the few that may go at once") {
  pacer by{100, 5, start};
  CHECK(go(by, start) == 5);
  CHECK(by.wait(start + 1h) == 0ms);
  CHECK(go(by, start + 1h) == 5);
}

} // namespace rollcall::pacer_test
