#include "transport/net/guess_brake.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::guess_brake_test {

using namespace std::chrono_literals;

namespace {

constexpr net::guess_brake::moment start{1h};

void guess(net::guess_brake& brake, const std::string& address, const std::string& login, int times,
           net::guess_brake::moment at = start) {
  for (int i = 0; i < times; ++i)
    brake.wrong(address, login, at);
}

} // namespace

TEST_CASE("after ten wrong passwords within a minute a pair of address and login has to wait") {
  net::guess_brake brake;
  guess(brake, "192.0.2.1", "root", 9);
  CHECK_FALSE(brake.wait("192.0.2.1", "root", start));
  CHECK(brake.wrong("192.0.2.1", "root", start + 10s));
  CHECK(brake.wait("192.0.2.1", "root", start + 10s) == 50s);
  CHECK(brake.wait("192.0.2.1", "root", start + 59500ms) == 1s);
  CHECK_FALSE(brake.wait("192.0.2.1", "root", start + 60s));
  CHECK_FALSE(brake.wait("192.0.2.1", start + 10s));
}

TEST_CASE("no login is locked from elsewhere, and no other login of the address") {
  net::guess_brake brake;
  guess(brake, "192.0.2.1", "root", 100);
  CHECK(brake.wait("192.0.2.1", "root", start));
  CHECK_FALSE(brake.wait("192.0.2.2", "root", start));
  CHECK_FALSE(brake.wait("192.0.2.1", "reseller", start));
}

TEST_CASE("wrong passwords within any minute count, not within a minute of the clock") {
  net::guess_brake brake;
  guess(brake, "192.0.2.1", "root", 9, start + 59s);
  CHECK(brake.wrong("192.0.2.1", "root", start + 61s));
  CHECK(brake.wait("192.0.2.1", "root", start + 118s));
  CHECK_FALSE(brake.wait("192.0.2.1", "root", start + 119s));
}

TEST_CASE("an address that tried ten logins has to wait with all of them") {
  net::guess_brake brake;
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(brake.wait("192.0.2.1", start));
    CHECK(brake.wrong("192.0.2.1", "login-" + std::to_string(i), start) == (i == 9));
  }
  CHECK(brake.wait("192.0.2.1", start) == 60s);
  CHECK(brake.wait("192.0.2.1", "another", start + 1s) == 59s);
  CHECK_FALSE(brake.wait("192.0.2.2", "login-1", start));
  CHECK_FALSE(brake.wait("192.0.2.1", start + 60s));
}

TEST_CASE("logins that were wrong longer ago make room for those of now") {
  net::guess_brake brake;
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(brake.wrong("192.0.2.1", "login-" + std::to_string(i), start + i * 7s));
}

TEST_CASE("the addresses of one IPv6 network are one, for whoever has one of them has them all") {
  net::guess_brake brake;
  for (int i = 0; i < 10; ++i)
    brake.wrong("2001:db8::" + std::to_string(i), "root", start);
  CHECK(brake.wait("2001:db8::ffff", "root", start));
  CHECK_FALSE(brake.wait("2001:db8:0:1::1", "root", start));
}

TEST_CASE("the table is bounded, and those that guess now stay in it") {
  net::guess_brake brake{3};
  guess(brake, "192.0.2.1", "root", 10);
  for (int i = 2; i < 100; ++i) {
    brake.wrong("192.0.2." + std::to_string(i), "root", start);
    brake.wrong("192.0.2.1", "root", start);
  }
  CHECK(brake.addresses() == 3);
  CHECK(brake.forgotten() == 96);
  CHECK(brake.wait("192.0.2.1", "root", start));
}

TEST_CASE("a machine whose address is full of wrong secrets is let try again within seconds, ten a minute") {
  net::guess_brake brake{10, net::guess_brake::of_machines};
  guess(brake, "192.0.2.1", "sbc-1", 10);
  CHECK(brake.wait("192.0.2.1", "sbc-1", start) == 6s);
  CHECK_FALSE(brake.wait("192.0.2.1", "sbc-2", start));
  int tried = 10;
  for (auto at = start; at < start + 10min; at += 10ms) { // a guesser that never rests
    if (brake.wait("192.0.2.1", "sbc-1", at))
      continue;
    brake.wrong("192.0.2.1", "sbc-1", at);
    ++tried;
  }
  CHECK(tried <= 10 + 10 * 10);
  CHECK(tried > 100); // others of that address had as many chances
}

TEST_CASE("an address that tried ten machines keeps an eleventh waiting for a second, a hundred a minute") {
  net::guess_brake brake{10, net::guess_brake::of_machines};
  for (int i = 0; i < 10; ++i)
    brake.wrong("192.0.2.1", "sbc-" + std::to_string(i), start);
  CHECK(brake.wait("192.0.2.1", "sbc-11", start) == 1s);
  CHECK_FALSE(brake.wait("192.0.2.1", "sbc-11", start + 600ms));
  int tried = 10;
  for (auto at = start; at < start + 10min; at += 10ms) {
    const auto name = "sbc-" + std::to_string(tried);
    if (brake.wait("192.0.2.1", name, at))
      continue;
    brake.wrong("192.0.2.1", name, at);
    ++tried;
  }
  CHECK(tried <= 10 + 10 * 100);
}

TEST_CASE("an IPv4 address in its mapped form is what it is, and not all of them are one") {
  net::guess_brake brake;
  guess(brake, "::ffff:192.0.2.1", "root", 10);
  CHECK(brake.wait("192.0.2.1", "root", start));
  CHECK_FALSE(brake.wait("::ffff:192.0.2.2", "root", start));
}

} // namespace rollcall::guess_brake_test
