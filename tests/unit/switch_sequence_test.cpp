#include "transport/switches/common/sequence.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace rollcall::switch_sequence_test {

using namespace rollcall::switches;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 1000ms;
const sequence::moment start{};

sequence started(std::uint64_t newest) {
  sequence numbers{patience};
  numbers.start(newest);
  return numbers;
}

} // namespace

TEST_CASE("a number that stays away is lost after a while, and not before") {
  auto numbers = started(10);
  numbers.seen(11, start);
  numbers.seen(13, start);
  CHECK_FALSE(numbers.lost(start + patience));
  CHECK(numbers.lost(start + patience + 1ms));
}

TEST_CASE("the first number after a hello may be missing, too") {
  auto numbers = started(10);
  numbers.seen(12, start);
  CHECK(numbers.lost(start + 2s));
}

TEST_CASE("a last number that never comes is noticed by what was announced") {
  auto numbers = started(0);
  numbers.seen(1, start);
  CHECK_FALSE(numbers.lost(start + 1h));
  numbers.announced(3, start);
  numbers.seen(2, start);
  CHECK(numbers.lost(start + 2s));
  numbers.seen(3, start + 2s);
  CHECK_FALSE(numbers.lost(start + 1h));
}

TEST_CASE("events made before the hello may come or not") {
  auto numbers = started(10);
  numbers.seen(9, start);
  numbers.seen(11, start);
  CHECK_FALSE(numbers.lost(start + 1h));
}

TEST_CASE("a snapshot resets the known gaps, but not later ones") {
  auto numbers = started(0);
  numbers.seen(5, start);
  numbers.reset_gaps();
  CHECK_FALSE(numbers.lost(start + 1h));
  numbers.seen(3, start + 1h); // comes after all
  numbers.seen(7, start + 1h);
  CHECK(numbers.lost(start + 1h + 2s));
}

TEST_CASE("more holes than overtaking could make are a loss at once") {
  auto numbers = started(0);
  for (std::uint64_t i = 2; i < 50'000; i += 2)
    numbers.seen(i, start);
  CHECK(numbers.lost(start));
}

TEST_CASE("numbers in any order leave no hole, and without one of them a hole") {
  CHECK(rc::check([] {
    std::vector<std::uint64_t> order(*rc::gen::inRange<std::size_t>(2, 60));
    std::iota(order.begin(), order.end(), 1);
    const auto count = order.size();
    for (std::size_t i = count - 1; i > 0; --i)
      std::swap(order[i], order[*rc::gen::inRange<std::size_t>(0, i + 1)]);
    const auto missing =
        *rc::gen::inRange<std::uint64_t>(1, count); // never the last, which nothing would tell of
    auto whole = started(0);
    auto holed = started(0);
    for (const auto number : order) {
      whole.seen(number, start);
      if (number != missing)
        holed.seen(number, start);
    }
    RC_ASSERT(!whole.lost(start + 1h));
    RC_ASSERT(holed.lost(start + 1h));
  }));
}

} // namespace rollcall::switch_sequence_test
