#include "actors/confirmed_orders.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace rollcall::confirmed_orders_test {

namespace {

using namespace std::chrono_literals;
const switch_name sbc{"sbc-1"};

} // namespace

TEST_CASE("what a preview allows is taken once, however often it is confirmed") {
  confirmed_orders orders;
  const auto first = orders.allowance_of("a", {{"sbc-1", 2}}, boot_time{});
  CHECK(first->take(sbc));
  const auto again = orders.allowance_of("a", {{"sbc-1", 2}}, boot_time{1min});
  CHECK(again->take(sbc));
  CHECK_FALSE(again->take(sbc));
  CHECK_FALSE(first->take(sbc));
  CHECK(orders.allowance_of("b", {{"sbc-1", 2}}, boot_time{1min})->take(sbc));
}

TEST_CASE("previews are remembered for longer than they can be confirmed, and only so many") {
  confirmed_orders orders;
  for (std::size_t i = 0; i < confirmed_orders::most; ++i)
    REQUIRE(orders.allowance_of(std::to_string(i), {}, boot_time{}));
  CHECK_FALSE(orders.allowance_of("one more", {}, boot_time{confirmed_orders::kept}));
  CHECK(orders.allowance_of("0", {}, boot_time{confirmed_orders::kept}));
  CHECK(orders.allowance_of("one more", {}, boot_time{confirmed_orders::kept + 1us}));
}

} // namespace rollcall::confirmed_orders_test
