#include "domain/base/siphash.hpp"
#include "domain/calls/ended_calls.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::ended_calls_test {

using namespace std::chrono_literals;

namespace {

const ended_calls::moment noon{1h};

} // namespace

TEST_CASE("siphash is what its authors say it is") {
  // SipHash-2-4 of the bytes 00, 01, …, 0e, with the key 00 01 … 0f: the example of the paper.
  std::string text;
  for (char c = 0; c < 15; ++c)
    text += c;
  CHECK(siphash(text, {0x0706050403020100U, 0x0f0e0d0c0b0a0908U}) == 0xa129ca6149be45e5U);
  CHECK(siphash("", {0x0706050403020100U, 0x0f0e0d0c0b0a0908U}) == 0x726fdb47dd0e0e31U);
}

TEST_CASE("a call that is over is remembered for ten minutes, whatever comes after it") {
  ended_calls over{1'000'000};
  for (int minute = 0; minute < 40; ++minute) {
    for (int i = 0; i < 100; ++i)
      over.add(std::to_string(minute) + '-' + std::to_string(i), noon + minute * 1min);
    for (int before = 0; before <= 10 && before <= minute; ++before)
      CHECK(over.contains(std::to_string(minute - before) + "-7", noon + minute * 1min));
    CHECK_FALSE(over.contains(std::to_string(minute) + "-100", noon + minute * 1min));
    if (minute > 16)
      CHECK_FALSE(over.contains(std::to_string(minute - 16) + "-7", noon + minute * 1min));
    CHECK(over.size() <= 16 * 100);
  }
  CHECK(over.forgotten_early() == 0);
}

TEST_CASE("a call that is over is forgotten some time, also when none ends after it") {
  ended_calls over{1'000};
  over.add("1", noon);
  CHECK(over.contains("1", noon + 10min));
  CHECK_FALSE(over.contains("1", noon + 15min));
  CHECK(over.size() == 0);
}

TEST_CASE("a call that is over is forgotten fifteen minutes later, however late another one ends") {
  for (const auto gap : {1min, 4min, 5min, 9min, 10min, 14min, 15min}) {
    ended_calls over{1'000};
    over.add("1", noon);
    over.add("2", noon + gap);
    CHECK(over.contains("2", noon + gap + 9min));
    CHECK_FALSE(over.contains("1", noon + 15min));
  }
}

TEST_CASE("calls that are over are forgotten also when nobody asks for any") {
  ended_calls over{1'000};
  over.add("1", noon);
  over.add("2", noon + 4min);
  over.add("3", noon + 6min);
  over.expire(noon + 13min);
  CHECK(over.size() == 3);
  over.expire(noon + 14min + 1s);
  CHECK(over.size() == 1);
  over.expire(noon + 16min + 1s);
  CHECK(over.size() == 0);
}

TEST_CASE("more calls than are to be remembered: the latest are, and the others are counted") {
  ended_calls over{300};
  for (int i = 0; i < 1'000; ++i)
    over.add(std::to_string(i), noon);
  CHECK(over.size() <= 300);
  for (int i = 900; i < 1'000; ++i)
    CHECK(over.contains(std::to_string(i), noon));
  CHECK_FALSE(over.contains("500", noon));
  CHECK(over.forgotten_early() + over.size() == 1'000);
}

} // namespace rollcall::ended_calls_test
