#include "apps/rollcall/arguments.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string_view>

namespace rollcall::cli_arguments_test {

using namespace rollcall::cli;
using namespace std::chrono_literals;

TEST_CASE("arguments: an invalid duration is refused") {
  for (const std::string_view text : {"", "s", "-1s", "5 s", "5w", "1e9h", "nan", "inf", "5ss", "99999h"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration(text), std::invalid_argument);
  }
}

TEST_CASE("arguments: durations have units, and are seconds without") {
  CHECK(parse_duration("10") == 10s);
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("7us") == 7us);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("7d") == 7 * 24h);
}

TEST_CASE("arguments: an invalid list of ids is refused") {
  for (const std::string_view text : {"", ",", "1,", "0", "-1", "a", "3-1", "1-", "1--2", "1-99999999999",
                                      "1-10000001", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_ids(text), std::invalid_argument);
  }
}

TEST_CASE("arguments: ids are single, ranges, or both") {
  CHECK(parse_ids("801") == std::vector<std::int64_t>{801});
  CHECK(parse_ids("3,5,10-12") == std::vector<std::int64_t>{3, 5, 10, 11, 12});
  CHECK(parse_ids("1-1000").size() == 1000);
}

TEST_CASE("arguments: an invalid address is refused") {
  for (const std::string_view text :
       {"", "host", "host:", ":9000", "host:x", "host:0", "host:65536", "::1:9000", "[]:9000", "a:1,,b:2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_addresses(text), std::invalid_argument);
  }
}

TEST_CASE("arguments: addresses are names, IPv4 or IPv6 in brackets") {
  const std::vector<address> expected{{"127.0.0.1", "9000"}, {"::1", "9001"}, {"node-b", "65535"}};
  CHECK(parse_addresses("127.0.0.1:9000,[::1]:9001,node-b:65535") == expected);
}

} // namespace rollcall::cli_arguments_test
