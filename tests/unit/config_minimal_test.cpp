#include "apps/config/load_config.hpp"
#include "apps/config/minimal_config.hpp"

#include <doctest/doctest.h>

namespace rollcall::config_minimal_test {

namespace {

config parsed(const first_config& values) { return parse_config(minimal_config(values), "first.toml").value; }

} // namespace

TEST_CASE("the first configuration serves this machine alone") {
  const auto first = parsed({});
  CHECK(first.http.listen == std::vector{socket_address{"127.0.0.1", 8080}});
  CHECK(first.metrics.listen == std::vector{socket_address{"127.0.0.1", 9478}});
  CHECK(first.directory.url == "sqlite:///var/lib/rollcall/directory.db");
  CHECK(first.http.trusted_hosts.empty());
  CHECK(first.feed.listen.empty());
  CHECK(first.dialled.empty());
}

TEST_CASE("the first switch connects to the feed, or is a Kamailio that is dialled") {
  first_config values;
  values.switch_name = "sbc-1";
  values.secret = "s\"3\\cret";
  const auto fed = parsed(values);
  REQUIRE(fed.feed.switches.size() == 1);
  CHECK(fed.feed.listen == std::vector{socket_address{"127.0.0.1", 9000}});
  CHECK(fed.feed.switches[0].name == switch_name{"sbc-1"});
  CHECK(fed.feed.switches[0].secret == values.secret);
  values.evapi = "10.0.0.7:8448";
  const auto dialled = parsed(values);
  CHECK(dialled.feed.listen.empty());
  REQUIRE(dialled.dialled.size() == 1);
  CHECK(dialled.dialled[0].at == socket_address{"10.0.0.7", 8448});
}

TEST_CASE("what is typed cannot become more than a value") {
  first_config values;
  values.switch_name = "a\"\n[api]\nno_such = 1\n#";
  values.secret = "x";
  CHECK_THROWS_AS(parsed(values), config_error);
  values.switch_name = "a";
  values.directory = "sqlite:///tmp/\"]\nx";
  CHECK(parsed(values).directory.url == values.directory);
}

} // namespace rollcall::config_minimal_test
