#include "domain/audit/audit_limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace rollcall::audit_limits_test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t plenty = 1'000'000;

struct fixture {
  audit_limits limits;
  audit_limits::moment now{};
  timestamp wall{std::chrono::hours{24 * 20'000}};

  bool admit(std::int64_t customer, std::size_t bytes = 100, std::uint64_t daily = plenty) {
    return limits.admit(customer_id{customer}, bytes, daily, now, wall);
  }
  int admitted(int tries, std::int64_t customer) {
    int count = 0;
    for (int i = 0; i < tries; ++i)
      count += admit(customer);
    return count;
  }
};

} // namespace

TEST_CASE_FIXTURE(
    fixture, "a customer fills the audit log with 20 idle requests a second, and no other customer pays") {
  CHECK(admitted(1000, 1) == 20);
  CHECK(admitted(10, 2) == 10);
  now += 500ms;
  CHECK(admitted(1000, 1) == 10);
  now += 1h;
  CHECK(admitted(1000, 1) == 20);
}

TEST_CASE_FIXTURE(fixture,
                  "a customer fills the audit log with so many bytes a day, and the next day again") {
  CHECK(admit(1, 600, 1000));
  CHECK_FALSE(admit(1, 600, 1000));
  CHECK(admit(1, 400, 1000));
  CHECK_FALSE(admit(1, 1, 1000));
  wall += 24h;
  now += 24h;
  CHECK(admit(1, 600, 1000));
}

TEST_CASE_FIXTURE(fixture, "entries that are left out are counted for each customer, once") {
  admitted(25, 1);
  admitted(21, 2);
  admitted(3, 3);
  auto told = limits.take_left_out(now, wall);
  std::sort(told.begin(), told.end());
  CHECK(told == std::vector<std::pair<customer_id, std::uint64_t>>{{customer_id{1}, 5}, {customer_id{2}, 1}});
  CHECK(limits.take_left_out(now, wall).empty());
}

} // namespace rollcall::audit_limits_test
