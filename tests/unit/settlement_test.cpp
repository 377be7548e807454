#include "actors/links/settlement.hpp"

#include <doctest/doctest.h>

namespace rollcall::settlement_test {

TEST_CASE("settlement: nothing open is reached at once") {
  settlement s;
  s.await();
  CHECK(s.reached());
  CHECK_FALSE(s.reached()); // told once
}

TEST_CASE("settlement: whoever settles the last one is told so, and only while the link waits") {
  settlement s;
  s.add();
  s.add();
  s.add();
  s.await();
  CHECK_FALSE(s.reached());
  CHECK_FALSE(s.settle(1));
  CHECK(s.settle(2));
  CHECK(s.reached());
  s.add();
  CHECK_FALSE(s.settle(1));
  s.await();
  s.cancel_wait();
  CHECK_FALSE(s.reached());
}

TEST_CASE("settlement: a late notice counts for nothing when more has been added") {
  settlement s;
  s.add();
  s.await();
  CHECK(s.settle(1)); // its word is under way
  s.add();
  s.await();
  CHECK_FALSE(s.reached()); // it comes
  CHECK(s.settle(1));
  CHECK(s.reached());
}

} // namespace rollcall::settlement_test
