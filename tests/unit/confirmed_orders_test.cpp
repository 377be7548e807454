#include "actors/confirmed_orders.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace rollcall::confirmed_orders_test {

namespace {

using namespace std::chrono_literals;
const switch_name sbc{"sbc-1"};
const std::map<std::string, std::uint64_t> two = {{"sbc-1", 2}};
const customer_id reseller{2};

} // namespace

TEST_CASE("what a preview allows is taken once, however often it is confirmed") {
  confirmed_orders orders;
  const auto first = orders.left_of("a", reseller, two, boot_time{});
  CHECK(first->take(sbc));
  const auto again = orders.left_of("a", reseller, {{"sbc-1", 9}}, boot_time{1min});
  CHECK(again->take(sbc));
  CHECK_FALSE(again->take(sbc));
  CHECK_FALSE(first->take(sbc));
  CHECK(orders.left_of("b", reseller, two, boot_time{1min})->take(sbc));
}

TEST_CASE("previews are remembered for longer than they can be confirmed, and of one customer only so many") {
  confirmed_orders orders;
  for (std::size_t i = 0; i < confirmed_orders::most_of_one; ++i)
    REQUIRE(orders.left_of(std::to_string(i), reseller, two, boot_time{}));
  const boot_time last{confirmed_orders::kept};
  CHECK_FALSE(orders.left_of("one more", reseller, two, last));
  CHECK(orders.left_of("one more", customer_id{3}, two, last));
  CHECK(orders.left_of("0", reseller, two, last));
  CHECK(orders.left_of("and another", reseller, two, last + 1us));
}

TEST_CASE("a preview without calls here takes no room") {
  confirmed_orders orders;
  for (std::size_t i = 0; i < 2 * confirmed_orders::most_of_one; ++i)
    REQUIRE(orders.left_of(std::to_string(i), reseller, {{"sbc-1", 0}}, boot_time{}));
  CHECK_FALSE(orders.left_of("0", reseller, {}, boot_time{})->take(sbc));
  CHECK(orders.left_of("with calls", reseller, two, boot_time{})->take(sbc));
}

} // namespace rollcall::confirmed_orders_test
