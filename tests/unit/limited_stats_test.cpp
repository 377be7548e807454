#include "actors/workers/tally_sum.hpp"
#include "domain/control/limit_use.hpp"
#include "limit_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rollcall::limited_stats_test {

using testing::directory_with;

namespace {

const switch_identity& switch_called(const std::string& name) {
  return *interned({switch_name{name}, node_id{"node-a"}, environment_id{1}});
}

account_stats stats_of(std::int64_t account, std::uint32_t connected, const std::string& on = "sbc-1",
                       std::int64_t environment = 1) {
  account_stats one{{environment_id{environment}, account_id{account}}, {}};
  one.counts.of(switch_called(on))[call_state::connected] = connected;
  return one;
}

std::vector<limit_use> uses_of(const stats_by_account& stats, const directory_ptr& dir) {
  limit_counter counter{dir};
  for (const auto& each : stats)
    counter.add(each.account, each.counts.active());
  auto all = counter.uses(customer_id{1});
  const auto others = counter.uses(customer_id{10});
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

} // namespace

TEST_CASE("without limits nothing counts for one") {
  CHECK(limited_stats({stats_of(11, 1), stats_of(21, 2)}, *directory_with({})).empty());
}

TEST_CASE("accounts without a limit are told together, by switch, and only where somebody above has one") {
  const auto dir = directory_with({{{2, 5}}, {{11, 3}, {31, 3}}});
  const auto told = limited_stats({stats_of(11, 1), stats_of(12, 2), stats_of(21, 4),
                                   stats_of(22, 8, "sbc-2"), stats_of(31, 16), stats_of(41, 32)},
                                  *dir);
  REQUIRE(told.size() == 3); // 22 is not in the directory: the root customer's, which has no limit
  CHECK(told[0].account.account == account_id{11});
  CHECK(told[1].account.account == account_id{21});
  CHECK(told[1].counts.active() == 4);
  CHECK(told[2].account.account == account_id{31});
}

TEST_CASE("what is told together is still apart by switch") {
  const auto told = limited_stats({stats_of(11, 1), stats_of(12, 2, "sbc-2"), stats_of(0, 4, "sbc-2")},
                                  *directory_with({{{1, 5}}, {}}));
  REQUIRE(told.size() == 1);
  auto counts = told.front().counts;
  CHECK(counts.of(switch_called("sbc-1")).connected() == 1);
  CHECK(counts.of(switch_called("sbc-2")).connected() == 6);
}

TEST_CASE(
    "the use of every limit is the same as by all counts, and the answer is no longer than it must be") {
  CHECK(rc::check([] {
    testing::some_limits limits;
    for (const auto id : {1, 2, 3, 4, 10})
      if (*rc::gen::arbitrary<bool>())
        limits.customers[id] = 5;
    for (const auto id : {11, 12, 21, 31, 41, 101})
      if (*rc::gen::arbitrary<bool>())
        limits.accounts[id] = 5;
    const auto dir = directory_with(limits);
    stats_by_account all;
    for (const auto environment : {1, 2})
      for (const auto account : {0, 11, 12, 21, 31, 41, 77, 101})
        if (*rc::gen::arbitrary<bool>())
          all.push_back(stats_of(account, *rc::gen::inRange<std::uint32_t>(0, 9),
                                 *rc::gen::element<std::string>("sbc-1", "sbc-2"), environment));
    const auto told = limited_stats(all, *dir);
    RC_ASSERT(uses_of(told, dir) == uses_of(all, dir));
    RC_ASSERT(told.size() <= limits.accounts.size() + dir->entries().customers.size());
    std::set<account_key> keys;
    for (const auto& each : told)
      RC_ASSERT(keys.insert(each.account).second);
  }));
}

} // namespace rollcall::limited_stats_test
