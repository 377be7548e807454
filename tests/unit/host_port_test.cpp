#include "transport/net/host_port.hpp"

#include <doctest/doctest.h>

namespace rollcall::host_port_test {

TEST_CASE("an address of a host and a port is read, and written as it was") {
  for (const auto* text : {"127.0.0.1:5065", "[::1]:5065", "sbc.example.net:1"}) {
    const auto at = net::parse_host_port(text);
    REQUIRE(at);
    CHECK(to_string(*at) == text);
  }
}

TEST_CASE("an invalid address is refused") {
  for (const auto* text : {"", ":", "a:", ":1", "::1", "a:123456", "a:1x", "a b:1", "a/b:1", "[]:1", "[a:1",
                           "a]:1", "[[::1]:1", "[::1]]:1", "[:: 1]:1"}) {
    CAPTURE(text);
    CHECK_FALSE(net::parse_host_port(text));
  }
}

} // namespace rollcall::host_port_test
