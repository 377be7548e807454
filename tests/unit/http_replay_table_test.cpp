#include "transport/http/replay_table.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <vector>

namespace rollcall::http::http_replay_table_test {

namespace {

nonce_id nonce_of_age(int number) {
  return first_nonce_id(timestamp{std::chrono::seconds{1'000'000 + number}});
}

} // namespace

TEST_CASE("a counter is used once") {
  replay_window window;
  window.use(1);
  CHECK_FALSE(window.fresh(1));
  CHECK(window.fresh(2));
}

TEST_CASE("counters may come out of order within the window, and count as used behind it") {
  replay_window window;
  window.use(100);
  CHECK(window.fresh(99));
  CHECK(window.fresh(37));
  CHECK_FALSE(window.fresh(36));
  window.use(37);
  CHECK_FALSE(window.fresh(37));
  window.use(0xFFFFFFFF);
  CHECK_FALSE(window.fresh(100));
  CHECK_FALSE(window.fresh(0xFFFFFFFF));
  CHECK(window.fresh(0xFFFFFFFE));
}

TEST_CASE("a window accepts exactly what is new and not too far behind") {
  CHECK(rc::check([] {
    const auto counters = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(1U, 300U));
    replay_window window;
    std::set<std::uint32_t> used;
    for (const auto nc : counters) {
      const auto highest = used.empty() ? 0 : *used.rbegin();
      const bool expected = !used.contains(nc) && nc + replay_window::width > highest;
      RC_ASSERT(window.fresh(nc) == expected);
      if (expected) {
        window.use(nc);
        used.insert(nc);
      }
    }
  }));
}

TEST_CASE("looking does not use a counter, using it does") {
  replay_table table{8};
  CHECK(table.fresh(nonce_of_age(1), 1));
  CHECK(table.fresh(nonce_of_age(1), 1));
  CHECK(table.use(nonce_of_age(1), 1));
  CHECK_FALSE(table.use(nonce_of_age(1), 1));
  CHECK(table.use(nonce_of_age(2), 1));
}

TEST_CASE("a nonce is known from its first use until it leaves") {
  replay_table table{1};
  CHECK(table.fresh(nonce_of_age(10), 1));
  CHECK_FALSE(table.knows(nonce_of_age(10)));
  CHECK(table.use(nonce_of_age(10), 1));
  CHECK(table.knows(nonce_of_age(10)));
  CHECK(table.use(nonce_of_age(11), 1)); // the older one leaves
  CHECK(table.knows(nonce_of_age(11)));
  CHECK_FALSE(table.knows(nonce_of_age(10)));
}

TEST_CASE("a nonce that had to leave a full table is stale, and so is every older one") {
  replay_table table{2};
  CHECK(table.use(nonce_of_age(10), 1));
  CHECK(table.use(nonce_of_age(11), 1));
  CHECK(table.use(nonce_of_age(12), 1));
  CHECK(table.size() == 2);
  CHECK_FALSE(table.fresh(nonce_of_age(10), 2));
  CHECK_FALSE(table.fresh(nonce_of_age(9), 1));
  CHECK(table.fresh(nonce_of_age(11), 2));
}

TEST_CASE("the oldest nonce comes into a full table for one request only") {
  replay_table table{1};
  CHECK(table.use(nonce_of_age(20), 1));
  CHECK(table.use(nonce_of_age(10), 1));
  CHECK_FALSE(table.fresh(nonce_of_age(10), 1));
  CHECK_FALSE(table.fresh(nonce_of_age(10), 2));
  CHECK(table.fresh(nonce_of_age(20), 2));
}

TEST_CASE("expired nonces leave the table and stay unusable when the clock goes back") {
  replay_table table{8};
  CHECK(table.use(nonce_of_age(1), 1));
  CHECK(table.use(nonce_of_age(5), 1));
  table.forget_below(nonce_of_age(3));
  CHECK(table.size() == 1);
  CHECK_FALSE(table.fresh(nonce_of_age(1), 2));
}

TEST_CASE("no pair of nonce and counter is ever accepted twice, whatever leaves the table") {
  CHECK(rc::check([] {
    const auto requests = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
        rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(1U, 6U)));
    replay_table table{3};
    std::set<std::pair<int, std::uint32_t>> accepted;
    for (const auto& request : requests)
      if (table.use(nonce_of_age(request.first), request.second))
        RC_ASSERT(accepted.insert(request).second);
    RC_ASSERT(table.size() <= 3);
  }));
}

} // namespace rollcall::http::http_replay_table_test
