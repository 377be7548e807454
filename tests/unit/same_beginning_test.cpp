#include "domain/calls/same_beginning.hpp"

#include <doctest/doctest.h>

namespace rollcall::same_beginning_test {

TEST_CASE("calls of one id that began within a second of each other are the same call") {
  using namespace std::chrono_literals;
  constexpr timestamp begun{1h};
  CHECK(same_beginning(begun, begun));
  CHECK(same_beginning(begun, begun + 1s));
  CHECK(same_beginning(begun, begun - 1s));
  CHECK_FALSE(same_beginning(begun, begun + 1s + 1us));
  CHECK_FALSE(same_beginning(begun, begun - 1s - 1us));
}

} // namespace rollcall::same_beginning_test
