#include "transport/http/peer_table.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

namespace rollcall::http::http_peer_table_test {

TEST_CASE("connections of one address are bounded, and a place is free at its end") {
  const auto peers = std::make_shared<peer_table>();
  peers->bound(2, peer_list::parse({"192.0.2.9"}));
  std::vector<peer_table::place> held;
  for (int i = 0; i < 2; ++i) {
    auto place = peers->enter("192.0.2.1");
    REQUIRE(place);
    held.push_back(std::move(*place));
  }
  CHECK_FALSE(peers->enter("192.0.2.1"));
  CHECK(peers->enter("192.0.2.2"));
  held.pop_back();
  CHECK(peers->enter("192.0.2.1"));
  for (int i = 0; i < 5; ++i) {
    auto place = peers->enter("192.0.2.9");
    REQUIRE(place);
    held.push_back(std::move(*place));
  }
}

TEST_CASE("the addresses of one IPv6 network share their bound") {
  const auto peers = std::make_shared<peer_table>();
  peers->bound(1, {});
  const auto one = peers->enter("2001:db8::1");
  REQUIRE(one);
  CHECK_FALSE(peers->enter("2001:db8::2%eth0"));
  CHECK(peers->enter("2001:db8:0:1::1"));
}

} // namespace rollcall::http::http_peer_table_test
