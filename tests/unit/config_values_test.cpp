#include "apps/config/config_values.hpp"
#include "apps/config/duration.hpp"
#include "apps/config/socket_address.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <stdexcept>

namespace rollcall::config_values_test {

using namespace std::chrono_literals;

TEST_CASE("an invalid duration is refused") {
  for (const auto* text : {"", "32", "s", "-5s", "+5s", " 5s", "5 s", "5s ", "1.5s", "5S", "5min", "5w",
                           "1h30m", "99999999999999s", "1000000001s"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration(text), std::invalid_argument);
  }
}

TEST_CASE("durations are read in each unit") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("32s") == 32s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("7d") == 7 * 24h);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("a duration that is written reads back the same") {
  CHECK(to_string(90s) == "90s");
  CHECK(to_string(3600s) == "1h");
  CHECK(to_string(24h) == "24h");
  CHECK(to_string(48h) == "2d");
  CHECK(rc::check([] {
    const std::chrono::milliseconds duration{*rc::gen::inRange(0, 1'000'000'000)};
    RC_ASSERT(parse_duration(to_string(duration)) == duration);
  }));
}

TEST_CASE("an invalid address is refused") {
  for (const auto* text : {"",
                           ":",
                           "127.0.0.1",
                           "127.0.0.1:",
                           ":80",
                           "127.0.0.1:99999",
                           "127.0.0.1:x",
                           "127.0.0.1:-1",
                           "127.0.0.1:+1",
                           "127.0.0.1: 80",
                           "1.2.3:80",
                           "256.0.0.1:80",
                           "::1:80",
                           "[::1]",
                           "[::1]80",
                           "[]:80",
                           "[127.0.0.1]:80",
                           "[::g]:80",
                           "a b:80",
                           "host/x:80",
                           "http://host:80"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_socket_address(text), std::invalid_argument);
  }
}

TEST_CASE("addresses are read and written the same way") {
  CHECK(parse_socket_address("[2001:db8::1]:443") == socket_address{"2001:db8::1", 443});
  for (const auto* text :
       {"127.0.0.1:0", "0.0.0.0:65535", "[::1]:80", "[::]:1", "localhost:80", "node-a.example.:4242"})
    CHECK(to_string(parse_socket_address(text)) == text);
}

TEST_CASE("loopback addresses are recognised") {
  for (const auto* text : {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "localhost:1"})
    CHECK(is_loopback(parse_socket_address(text)));
  for (const auto* text :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "128.0.0.1:1", "127.example:1", "localhost.example:1"})
    CHECK_FALSE(is_loopback(parse_socket_address(text)));
}

TEST_CASE("names of nodes and switches hold what they stand for") {
  for (const auto& bad : {std::string{}, std::string{"a b"}, std::string{"a,b"}, std::string{"a\n"},
                          std::string{"\xC3\xA4"}, std::string(65, 'a')})
    CHECK_THROWS_AS(config_values::node_id(bad), std::invalid_argument);
  CHECK(config_values::node_id(std::string(64, 'a')).size() == 64);
  for (const auto& bad :
       {std::string{}, std::string{"A"}, std::string{"a:b"}, std::string{"a b"}, std::string(33, 'a')})
    CHECK_THROWS_AS(config_values::switch_name(bad), std::invalid_argument);
  CHECK(config_values::switch_name("sbc-1._z9").value() == "sbc-1._z9");
}

} // namespace rollcall::config_values_test
