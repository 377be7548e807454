#include "transport/net/address_key.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::address_key_test {

using rollcall::net::address_key;

namespace {

bool same(const std::string& one, const std::string& other) {
  const auto keys_equal = net::address_key{one} == net::address_key{other};
  CHECK(keys_equal == (net::address_key{one}.text() == net::address_key{other}.text()));
  return keys_equal;
}

} // namespace

TEST_CASE("the addresses of one IPv6 network are one, for log lines as for all that is bounded by address") {
  CHECK(same("2001:db8::1", "2001:db8::ffff:2"));
  CHECK(same("fe80::1%eth0", "fe80::2%eth1"));
  CHECK_FALSE(same("2001:db8::1", "2001:db8:0:1::1"));
}

TEST_CASE("IPv4 addresses are told apart, mapped or not, and a mapped one is what it is") {
  CHECK(same("::ffff:192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(same("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
  CHECK_FALSE(same("192.0.2.1", "192.0.2.2"));
}

TEST_CASE("an IPv4 address differs from an IPv6 network of the same bytes, and from an invalid address") {
  CHECK_FALSE(same("32.1.13.184", "2001:db8::1"));
  CHECK_FALSE(same("0.0.0.0", "::"));
  CHECK_FALSE(same("0.0.0.0", "no address"));
  CHECK(same("", "no address"));
}

} // namespace rollcall::address_key_test
