#include "transport/http/peers.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace rollcall::http_peers_test {

using rollcall::http::peer_list;

namespace {

std::string complaint_about(const std::string& block) {
  try {
    peer_list::parse({block});
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return {};
}

bool in(const std::string& block, std::string_view peer) { return peer_list::parse({block}).contains(peer); }

} // namespace

TEST_CASE("an entry that is no block is refused by name") {
  for (const auto* text :
       {"", "localhost", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "/8",
        "10.0.0.0/8/8", "10.0.0.0/ 8", "::/129", ":::/8", "fe80::1%eth0/64", "10.0.0.0/8x"}) {
    const auto complaint = complaint_about(text);
    INFO(text, " -> ", complaint);
    CHECK(complaint.starts_with("'" + std::string{text} + "' "));
  }
}

TEST_CASE("a block with bits beyond its prefix is refused, for it may mean more than was meant") {
  CHECK(complaint_about("10.1.2.3/8") == "'10.1.2.3/8' has address bits set beyond its prefix");
  CHECK_FALSE(complaint_about("2001:db8::1/32").empty());
  CHECK(complaint_about("10.1.2.3/32").empty());
}

TEST_CASE("an empty list matches no address, and an invalid address matches no list") {
  CHECK_FALSE(peer_list{}.contains("127.0.0.1"));
  CHECK_FALSE(in("0.0.0.0/0", ""));
  CHECK_FALSE(in("0.0.0.0/0", "localhost"));
  CHECK_FALSE(in("::/0", "12345"));
}

TEST_CASE("blocks hold their addresses and no others") {
  CHECK(in("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(in("192.0.2.7", "192.0.2.8"));
  CHECK(in("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(in("10.0.0.0/8", "11.0.0.0"));
  CHECK(in("172.16.0.0/12", "172.31.1.1"));
  CHECK_FALSE(in("172.16.0.0/12", "172.32.0.0"));
  CHECK(in("192.0.2.4/31", "192.0.2.5"));
  CHECK_FALSE(in("192.0.2.4/31", "192.0.2.6"));
  CHECK(in("0.0.0.0/0", "203.0.113.9"));
  CHECK(in("2001:db8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(in("2001:db8::/32", "2001:db9::1"));
  CHECK(in("::1", "::1"));
  CHECK(in("fe80::/10", "fe80::1%eth0"));
}

TEST_CASE("an IPv4-mapped address counts as IPv4 on both sides") {
  CHECK(in("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(in("::ffff:10.0.0.0/104", "10.1.2.3"));
  CHECK(in("::ffff:10.0.0.1", "10.0.0.1"));
}

TEST_CASE("all of IPv6 does not hold IPv4, nor the other way round") {
  CHECK_FALSE(in("::/0", "10.1.2.3"));
  CHECK_FALSE(in("::/0", "::ffff:10.1.2.3"));
  CHECK_FALSE(in("0.0.0.0/0", "::1"));
}

TEST_CASE("any one of several blocks is enough") {
  const auto list = peer_list::parse({"127.0.0.1", "::1", "10.0.0.0/8"});
  CHECK(list.contains("::1"));
  CHECK(list.contains("10.9.8.7"));
  CHECK_FALSE(list.contains("127.0.0.2"));
}

} // namespace rollcall::http_peers_test
