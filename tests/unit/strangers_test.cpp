#include "transport/net/strangers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::strangers_test {

namespace {

/// Strangers from `address`, who are told apart by a number, and who of them had to go.
struct crowd {
  explicit crowd(const net::strangers::bounds& most) : table(most) {}

  void comes(const std::string& address) {
    places.push_back(table.add(boost::asio::ip::make_address(address),
                               [this, number = int(places.size())] { closed.push_back(number); }));
  }

  net::strangers table;
  std::vector<net::strangers::place_ptr> places;
  std::vector<int> closed;
};

} // namespace

TEST_CASE("a newcomer replaces the oldest stranger of its address, and nobody else's") {
  crowd c{{2, 100}};
  for (const auto* address : {"10.0.0.9", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.9"})
    c.comes(address);
  CHECK(c.closed == std::vector{1, 2});
  CHECK(c.table.size() == 4);
  CHECK(c.table.replaced() == 2);
}

TEST_CASE("who is no stranger any more does not count, and is not replaced") {
  crowd c{{2, 100}};
  c.comes("10.0.0.1");
  c.places[0].reset();
  c.comes("10.0.0.1");
  c.comes("10.0.0.1");
  CHECK(c.closed.empty());
  c.comes("10.0.0.1");
  CHECK(c.closed == std::vector{1});
  c.places.clear();
  CHECK(c.table.size() == 0);
}

TEST_CASE("strangers of many addresses are bounded together, and the oldest goes") {
  crowd c{{8, 3}};
  for (int i = 0; i < 5; ++i)
    c.comes("10.0.0." + std::to_string(i));
  CHECK(c.closed == std::vector{0, 1});
  CHECK(c.table.size() == 3);
}

TEST_CASE("a /64 of IPv6 counts as one address, and a mapped IPv4 address as what it is") {
  crowd c{{1, 100}};
  c.comes("2001:db8::1");
  c.comes("2001:db8::ffff:2");
  CHECK(c.closed == std::vector{0});
  c.comes("2001:db8:0:1::1");
  c.comes("::ffff:10.0.0.1");
  CHECK(c.closed.size() == 1);
  c.comes("10.0.0.1");
  CHECK(c.closed == std::vector{0, 3});
}

} // namespace rollcall::strangers_test
