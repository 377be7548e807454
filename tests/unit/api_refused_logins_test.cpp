#include "transport/api/refused_logins.hpp"

#include <doctest/doctest.h>

namespace rollcall::api::api_refused_logins_test {

using namespace std::chrono_literals;

namespace {

constexpr refused_logins::moment start{1h};

std::string shown(std::string_view login) {
  const auto line = refused_logins{}.line(login, "192.0.2.7", start);
  REQUIRE(line);
  return *line;
}

} // namespace

TEST_CASE("a refused login is named with its address") {
  CHECK(shown("reseller") == "login \"reseller\" from 192.0.2.7 was refused");
  CHECK(shown("") == "login \"\" from 192.0.2.7 was refused");
}

TEST_CASE("a client's login is shown in printable ASCII, cut to a bound") {
  CHECK(shown("a\nb\x1b\"\\\xC3\xBC\xff\x7f")
        == "login \"a\\x0ab\\x1b\\x22\\x5c\\xc3\\xbc\\xff\\x7f\" from 192.0.2.7 was refused");
  CHECK(shown(std::string(64, 'x')) == "login \"" + std::string(64, 'x') + "\" from 192.0.2.7 was refused");
  CHECK(shown(std::string(5000, 'x'))
        == "login \"" + std::string(64, 'x') + "\"... from 192.0.2.7 was refused");
}

TEST_CASE("a flood of refused logins makes a few lines a second, and those left out are counted") {
  refused_logins refused;
  unsigned lines = 0;
  for (int i = 0; i < 1000; ++i)
    lines += refused.line("x", "p", start + i * 900us).has_value();
  CHECK(lines == refused_logins::lines_a_second);
  CHECK(refused.line("x", "p", start + 1s) == "login \"x\" from p was refused, and 990 more before it");
  CHECK(refused.line("x", "p", start + 1s) == "login \"x\" from p was refused");
}

TEST_CASE("a flood of refused logins of one address does not hide those of others") {
  refused_logins refused;
  for (int i = 0; i < 1000; ++i)
    refused.line("x", i % 2 ? "2001:db8::1" : "2001:db8::2", start); // one network
  CHECK_FALSE(refused.line("x", "2001:db8::3", start));
  CHECK(refused.line("y", "192.0.2.7", start) == "login \"y\" from 192.0.2.7 was refused");
}

TEST_CASE("refused logins that come slowly are all told") {
  refused_logins refused;
  for (int i = 0; i < 100; ++i)
    CHECK(refused.line("x", "p", start + i * 101ms));
}

} // namespace rollcall::api::api_refused_logins_test
