#include "domain/calls/recently_ended.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::recently_ended_test {

using namespace std::chrono_literals;

namespace {

constexpr recently_ended::moment start{};

} // namespace

TEST_CASE("a call that has ended is remembered for its time, and ends once") {
  recently_ended over{10s};
  CHECK(over.add("1", start));
  CHECK_FALSE(over.add("1", start + 5s));
  over.forget(start + 9s);
  CHECK(over.contains("1"));
  over.forget(start + 10s);
  CHECK_FALSE(over.contains("1"));
  CHECK(over.add("1", start + 10s));
}

TEST_CASE("no more are remembered than there is room for: the first goes first") {
  recently_ended over{10s, 3};
  for (int i = 1; i <= 5; ++i)
    CHECK(over.add(std::to_string(i), start));
  CHECK_FALSE(over.contains("2"));
  for (const auto* each : {"3", "4", "5"})
    CHECK(over.contains(each));
}

TEST_CASE("of another run nothing is remembered") {
  recently_ended over{10s};
  over.add("1", start);
  over.clear();
  CHECK_FALSE(over.contains("1"));
  over.forget(start + 1h);
}

} // namespace rollcall::recently_ended_test
