#include "domain/control/disconnect_limits.hpp"
#include "domain/control/matched_calls.hpp"
#include "watch_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rollcall::control_preview_test {

namespace {

using namespace std::chrono_literals;
using watch_fixture::first;

call_row row_of(const record_ptr& record, std::int64_t customer) {
  return {record.get(), customer_id{customer}};
}

} // namespace

TEST_CASE("a preview counts the calls that can be hung up, by switch, customer and connection") {
  match_counter counter{{0, UINT64_MAX, 0}};
  const auto connected = first("1", 11);
  const auto ringing = first("2", 22, call_state::ar_complete);
  const auto elsewhere = first("3", 22, call_state::idle, "sbc-2");
  const auto leaving = first("4", 22, call_state::disconnecting);
  counter.add(row_of(connected, 1));
  counter.add(row_of(ringing, 2));
  counter.add(row_of(elsewhere, 2));
  counter.add(row_of(leaving, 2));
  CHECK(counter.found());
  const auto told = counter.take();
  REQUIRE(told.size() == 2);
  CHECK(told[0].name == "sbc-1");
  CHECK(told[0].calls == 2);
  CHECK(told[0].customers == std::map<std::int64_t, std::uint64_t>{{1, 1}, {2, 1}});
  CHECK(told[0].connections == std::map<std::int64_t, std::uint64_t>{{0, 2}});
  CHECK(told[0].sample == std::vector<std::string>{"sbc-1:1", "sbc-1:2"});
  CHECK(told[0].oldest == 1'000'000'000);
  CHECK(told[1].name == "sbc-2");
  CHECK(told[1].calls == 1);
}

TEST_CASE("a call that can be hung up no more is found, and not counted") {
  match_counter counter{{0, UINT64_MAX, 0}};
  CHECK_FALSE(counter.found());
  const auto dead = first("1", 11, call_state::dead);
  counter.add(row_of(dead, 1));
  CHECK(counter.found());
  CHECK(counter.take().empty());
}

TEST_CASE("calls that came after the newest are none of those that were there") {
  const auto there = first("1", 11);
  match_counter counter{{0, there->serial(), there->setup().time_since_epoch().count() - 1}};
  const auto later = first("2", 11);
  counter.add(row_of(there, 1));
  counter.add(row_of(later, 1));
  const auto told = counter.take();
  REQUIRE(told.size() == 1);
  CHECK(told[0].calls == 1);
  CHECK(told[0].moved == 0);
  CHECK(told[0].sample == std::vector<std::string>{"sbc-1:1"});
}

TEST_CASE("older calls that the node has got since come from another one") {
  const auto there = first("1", 11);
  match_counter counter{{0, there->serial(), there->setup().time_since_epoch().count()}};
  const auto moved = first("2", 11);
  counter.add(row_of(moved, 1));
  const auto told = counter.take();
  REQUIRE(told.size() == 1);
  CHECK(told[0].calls == 0);
  CHECK(told[0].moved == 1);
  CHECK(told[0].sample.empty());
}

TEST_CASE("parts beyond the bound are told together") {
  match_counter counter{{0, UINT64_MAX, 0}};
  const auto record = first("1", 11);
  for (std::int64_t customer = 1; customer <= static_cast<std::int64_t>(preview_parts) + 5; ++customer)
    counter.add(row_of(record, customer));
  const auto told = counter.take();
  REQUIRE(told.size() == 1);
  CHECK(told[0].calls == preview_parts + 5);
  CHECK(told[0].customers.size() == preview_parts + 1);
  CHECK(told[0].customers.at(0) == 5);
}

TEST_CASE("numbers of another node that cannot be do not wrap") {
  matched_calls all;
  switch_matches odd;
  odd.calls = UINT64_MAX - 1;
  all.add(odd, false);
  odd.calls = 100;
  all.add(odd, false);
  CHECK(all.reachable == UINT64_MAX);
}

TEST_CASE("what several switches have is added up, apart what cannot be reached") {
  matched_calls all;
  switch_matches one;
  one.calls = 3;
  one.customers = {{1, 3}};
  one.connections = {{7, 3}};
  one.oldest = 50;
  one.sample = {"a:1", "a:2", "a:3"};
  switch_matches other = one;
  other.oldest = 40;
  for (int i = 0; i < 9; ++i)
    other.sample.push_back("b:" + std::to_string(i));
  all.add(one, false);
  all.add(other, false);
  all.add(one, true);
  CHECK(all.reachable == 6);
  CHECK(all.away == 3);
  CHECK(all.customers == std::map<std::int64_t, std::uint64_t>{{1, 6}});
  CHECK(all.connections == std::map<std::int64_t, std::uint64_t>{{7, 6}});
  CHECK(all.oldest == 40);
  CHECK(all.sample.size() == preview_sample);
}

TEST_CASE("what a disconnect is held to, and what it says when it would exceed that") {
  disconnect_limits limits;
  CHECK_FALSE(limits.any());
  CHECK_FALSE(exceeded(limits, 1'000'000));
  limits.max_calls = 500;
  CHECK(limits.any());
  CHECK_FALSE(exceeded(limits, 500));
  CHECK(exceeded(limits, 812) == "812 calls match, max_calls is 500");
  limits.max_calls = 0;
  CHECK_FALSE(exceeded(limits, 0));
  CHECK(exceeded(limits, 1) == "1 call matches, max_calls is 0");
  limits = {};
  limits.above = 10;
  CHECK_FALSE(exceeded(limits, 10));
  CHECK(exceeded(limits, 11)
            ->starts_with("11 calls match, more than 10 ([api] confirm_above): look with dry_run"));
  limits.max_calls = 20; // says how many
  CHECK_FALSE(exceeded(limits, 11));
}

} // namespace rollcall::control_preview_test
