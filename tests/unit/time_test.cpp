#include "domain/base/moment_from.hpp"
#include "domain/base/time.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace rollcall::time_test {

namespace {

timestamp at(std::int64_t micros) { return timestamp{std::chrono::microseconds{micros}}; }

} // namespace

TEST_CASE("a time outside 1970 to 9999 is refused") {
  using limits = std::numeric_limits<double>;
  for (const auto seconds : {limits::quiet_NaN(), limits::infinity(), -limits::infinity(), limits::max(),
                             limits::lowest(), 0.0, -0.0, -1.0, -1e-9, 253'402'300'800.0, 1e18}) {
    CAPTURE(seconds);
    CHECK_FALSE(timestamp_from_seconds(seconds));
  }
}

TEST_CASE("a moment too close to the epoch to be told from it is none, for the epoch means not known") {
  CHECK_FALSE(timestamp_from_seconds(1e-7));
  CHECK_FALSE(timestamp_from_seconds(std::numeric_limits<double>::denorm_min()));
  CHECK(timestamp_from_seconds(1e-6) == at(1));
}

TEST_CASE("seconds with a fraction become microseconds, rounded") {
  CHECK(timestamp_from_seconds(1.0) == at(1'000'000));
  CHECK(timestamp_from_seconds(1'732'320'000.123456) == at(1'732'320'000'123'456));
  CHECK(timestamp_from_seconds(1'732'320'000.9999999) == at(1'732'320'001'000'000));
  CHECK(timestamp_from_seconds(253'402'300'799.0) == at(253'402'300'799'000'000));
}

TEST_CASE("the API's time is UTC to the millisecond, cut and not rounded, and empty when not known") {
  CHECK(format_api_time(timestamp{}).empty());
  CHECK(format_api_time(at(1)) == "19700101T00:00:00.000");
  CHECK(format_api_time(at(1'732'320'000'123'999)) == "20241123T00:00:00.123");
  CHECK(format_api_time(at(1'709'251'199'999'999)) == "20240229T23:59:59.999"); // a leap day
  CHECK(format_api_time(at(951'782'400'000'000)) == "20000229T00:00:00.000");
  CHECK(format_api_time(at(253'402'300'799'000'000)) == "99991231T23:59:59.000");
}

TEST_CASE("one writer of the API's times writes those of any day") {
  api_time_writer writer;
  std::array<char, api_time_size> text;
  for (const auto seconds : {1.7e9, 1.7e9 + 1, 1.6e9, 253'402'300'799.0, 86'399.9, 86'400.0, 1.7e9}) {
    const auto t = *timestamp_from_seconds(seconds);
    CHECK(std::string_view(text.data(), writer.write(text.data(), t)) == format_api_time(t));
  }
}

TEST_CASE("the time of logs is RFC 3339 to the microsecond") {
  CHECK(format_rfc3339(at(0)) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_rfc3339(at(1'732'320'000'000'042)) == "2024-11-23T00:00:00.000042Z");
}

TEST_CASE("what another node tells is a moment between 1970 and 9999, whatever the number") {
  using numbers = std::numeric_limits<std::int64_t>;
  CHECK(moment_from(1'732'320'000'000'042) == at(1'732'320'000'000'042));
  CHECK(moment_from(-1) == at(0));
  CHECK(moment_from(numbers::min()) == at(0));
  CHECK(moment_from(numbers::max()) == at(253'402'300'799'000'000));
}

TEST_CASE("later moments are written later, and each in 21 characters") {
  CHECK(rc::check([] {
    const auto moment = [] { return at(*rc::gen::inRange<std::int64_t>(1, 253'402'300'799'000'000)); };
    const auto a = moment();
    const auto b = moment();
    const auto cut = [](timestamp t) { return std::chrono::floor<std::chrono::milliseconds>(t); };
    RC_ASSERT(format_api_time(a).size() == 21U);
    RC_ASSERT((format_api_time(a) < format_api_time(b)) == (cut(a) < cut(b)));
  }));
}

TEST_CASE("a moment survives the seconds of the feed to the microsecond") {
  CHECK(rc::check([] {
    // Until 2100: a double has 53 bits, enough for microseconds of that size.
    const auto t = at(*rc::gen::inRange<std::int64_t>(1, 4'102'444'800'000'000));
    RC_ASSERT(timestamp_from_seconds(static_cast<double>(t.time_since_epoch().count()) / 1e6) == t);
  }));
}

} // namespace rollcall::time_test
