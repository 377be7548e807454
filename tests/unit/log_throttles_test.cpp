#include "domain/base/log_throttles.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::log_throttles_test {

using namespace std::chrono_literals;

namespace {

const log_throttles::moment start{1h};

} // namespace

TEST_CASE("a log has ten lines a second of each who causes them, and the next one counts the rest") {
  log_throttles log;
  int lines = 0;
  for (int i = 0; i < 1'000; ++i)
    lines += log.admit("noisy", start).has_value();
  CHECK(lines == 10);
  CHECK(log.admit("quiet", start) == "");
  CHECK(log.admit("noisy", start + 1s) == ", and 990 more before it");
  CHECK(log.admit("noisy", start + 1s) == "");
}

TEST_CASE("a log that thousands cause lines of is bounded too") {
  log_throttles log;
  unsigned lines = 0;
  for (int i = 0; i < 100'000; ++i)
    lines += log.admit(std::to_string(i), start).has_value();
  CHECK(lines == log_throttles::all_lines_a_second);
  CHECK(log.left_out() == 100'000 - lines);
  CHECK(log.admit("one more", start + 1s) == "");
}

TEST_CASE("of a few who cause many lines none mutes another, nor one who causes a single line") {
  log_throttles log;
  for (int i = 0; i < 20; ++i) {
    unsigned lines = 0;
    for (int j = 0; j < 100; ++j)
      lines += log.admit("flood " + std::to_string(i), start).has_value();
    CHECK(lines >= 1);
  }
  CHECK(log.admit("quiet", start) == "");
  CHECK_FALSE(log.admit("quiet", start));
  CHECK(log.admit("quiet", start + 1s) == ", and 1 more before it");
}

TEST_CASE("switches, whose number is bounded, have all their lines however many they are") {
  log_throttles log{log_throttles::unbounded};
  for (int i = 0; i < 100; ++i)
    for (int j = 0; j < 10; ++j)
      CHECK(log.admit(std::to_string(i), start) == "");
}

TEST_CASE("a log throttle may have fewer lines than usual") {
  log_throttle log{1};
  CHECK(log.admit(start) == "");
  CHECK_FALSE(log.admit(start + 999ms));
  CHECK(log.admit(start + 1s) == ", and 1 more before it");
}

} // namespace rollcall::log_throttles_test
