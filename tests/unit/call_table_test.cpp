#include "domain/calls/call_table.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rollcall::call_table_test {

namespace {

/// What reaches a call, here: a number.
using calls = call_table<int>;

std::set<std::string> ids_of(calls& table) {
  std::set<std::string> ids;
  table.each([&](calls::entry& x) { CHECK(ids.emplace(x.id()).second); });
  return ids;
}

} // namespace

TEST_CASE("nothing is found in an empty table") {
  calls table;
  CHECK(table.find("1") == nullptr);
  CHECK(table.find("") == nullptr);
  CHECK(table.empty());
  CHECK(ids_of(table).empty());
}

TEST_CASE("a call is found by its id until it is erased") {
  calls table;
  auto& added = table.add("1-a", 7);
  CHECK(added.id() == "1-a");
  CHECK_FALSE(added.ended);
  CHECK(table.find("1-a") == &added);
  CHECK(table.find("1-a")->call == 7);
  CHECK(table.find("1-") == nullptr);
  CHECK(table.find("1-b") == nullptr);
  table.erase(added);
  CHECK(table.find("1-a") == nullptr);
  CHECK(table.empty());
}

TEST_CASE("a table that is cleared in pieces shows each call once, and is as new in the end") {
  // Each table places its calls by a random key: a few of each size, so that the last call is in other
  // buckets.
  for (const std::size_t most : {1U, 1U, 1U, 1U, 3U, 3U, 100U, 10'000U}) {
    calls filled;
    std::set<std::string> expected;
    for (int n = 0; n < 1'000; ++n)
      expected.emplace(filled.add(std::to_string(n), n).id());
    calls table{std::move(filled)};
    CHECK(filled.empty()); // NOLINT(bugprone-use-after-move): is as new
    filled.add("1", 1);
    CHECK(filled.find("1"));
    std::set<std::string> shown;
    std::size_t pieces = 0;
    for (; !table.empty(); ++pieces) {
      const auto before = shown.size();
      CHECK(table.clear_some(most, [&](calls::entry& x) { CHECK(shown.emplace(x.id()).second); }) >= 1);
      CHECK(shown.size() + table.size() == 1'000);
      CHECK(shown.size() - before <= most + 10); // the last bucket is looked at to its end
    }
    CHECK(shown == expected);
    CHECK(pieces >= 1'000 / (most + 10));
    table.add("1", 1);
    CHECK(table.find("1"));
    std::size_t there = 0;
    table.each([&](calls::entry&) { ++there; });
    CHECK(there == 1);
  }
}

TEST_CASE("calls that are looked for ahead are shown, those that are not here are not") {
  calls table;
  std::vector<std::string> ids;
  std::multiset<int> expected;
  for (int n = 0; n < 1000; ++n) {
    ids.push_back(std::to_string(n % 700));
    if (n % 700 % 3 == 0)
      expected.insert(n % 700);
  }
  const std::vector<std::string_view> wanted{ids.begin(), ids.end()};
  const auto found = [&] {
    std::multiset<int> shown;
    table.find_ahead(wanted, [&](int call) { shown.insert(call); });
    return shown;
  };
  CHECK(found().empty());
  for (int n = 0; n < 700; n += 3)
    table.add(std::to_string(n), n);
  CHECK(found() == expected);
}

TEST_CASE("an id may hold anything, and nothing") {
  calls table;
  const std::string zeros(3, '\0');
  table.add(zeros, 1);
  table.add("", 2);
  CHECK(table.find(zeros)->call == 1);
  CHECK(table.find("")->call == 2);
  CHECK(table.find(std::string(2, '\0')) == nullptr);
}

TEST_CASE("an id that is too long is refused") {
  calls table;
  CHECK_THROWS_AS(table.add(std::string(calls::longest_id + 1, 'x'), 1), std::length_error);
  CHECK(table.empty());
  const std::string longest(calls::longest_id, 'x');
  table.add(longest, 1);
  CHECK(table.find(longest)->call == 1);
}

TEST_CASE("entries stay where they are while the table grows") {
  calls table;
  std::vector<calls::entry*> added;
  for (int i = 0; i < 20'000; ++i)
    added.push_back(&table.add(std::to_string(i), i));
  CHECK(table.size() == 20'000);
  for (int i = 0; i < 20'000; ++i)
    REQUIRE(table.find(std::to_string(i)) == added[static_cast<std::size_t>(i)]);
  CHECK(ids_of(table).size() == 20'000);
}

TEST_CASE("the handle of a call is released with it") {
  const auto handle = std::make_shared<int>(1);
  {
    call_table<std::shared_ptr<int>> table;
    auto& erased = table.add("1", handle);
    table.add("2", handle);
    CHECK(handle.use_count() == 3);
    table.erase(erased);
    CHECK(handle.use_count() == 2);
    table.clear();
    CHECK(handle.use_count() == 1);
    table.add("3", handle);
  }
  CHECK(handle.use_count() == 1);
}

TEST_CASE("whatever comes and goes, the table has what a map has") {
  CHECK(rc::check([] {
    calls table;
    std::map<std::string, int> expected;
    for (auto n = *rc::gen::inRange(0, 400); n > 0; --n) {
      const auto id = std::to_string(*rc::gen::inRange(0, 100));
      auto* found = table.find(id);
      RC_ASSERT((found != nullptr) == expected.contains(id));
      if (!found) {
        table.add(id, n);
        expected[id] = n;
      } else if (*rc::gen::inRange(0, 3) == 0) {
        table.erase(*found);
        expected.erase(id);
      } else {
        RC_ASSERT(found->call == expected[id]);
      }
      RC_ASSERT(table.size() == expected.size());
    }
    std::map<std::string, int> all;
    table.each([&](calls::entry& x) { all.emplace(x.id(), x.call); });
    RC_ASSERT(all == expected);
  }));
}

TEST_CASE("a table is gone through in pieces, and no call is missed that is there all the time") {
  CHECK(rc::check([] {
    calls table;
    std::set<std::string> staying;
    for (int i = *rc::gen::inRange(0, 300); i > 0; --i) {
      staying.insert(std::to_string(i));
      table.add(std::to_string(i), i);
    }
    const auto most = *rc::gen::inRange<std::size_t>(1, 40);
    std::set<std::string> seen;
    std::size_t place = 0;
    int added = 1'000;
    do {
      std::size_t count = 0;
      place = table.each_from(place, most, [&](calls::entry& x) {
        seen.emplace(x.id());
        ++count;
      });
      RC_ASSERT(count < most + 20); // chains are short
      for (int i = *rc::gen::inRange(0, 10); i > 0; --i)
        table.add(std::to_string(++added), 0);
      if (auto* gone = table.find(std::to_string(*rc::gen::inRange(1'000, added + 1))))
        table.erase(*gone);
    } while (place != 0 && added < 3'000);
    for (const auto& id : staying)
      RC_ASSERT(place != 0 || seen.contains(id));
  }));
}

TEST_CASE("a call whose entry is renewed is found by the fresh one, which is reached as before") {
  calls table;
  for (int i = 0; i < 100; ++i)
    table.add(std::to_string(i), i);
  auto& old = *table.find("7");
  old.ended = true;
  auto& fresh = table.renew(old);
  CHECK(&fresh != &old);
  CHECK(table.find("7") == &fresh);
  CHECK(fresh.call == 7);
  CHECK_FALSE(fresh.ended);
  CHECK(old.id() == "7");
  CHECK(table.size() == 100);
  CHECK(ids_of(table).size() == 100);
  calls::discard(old);
  table.erase(fresh);
  CHECK(table.find("7") == nullptr);
}

} // namespace rollcall::call_table_test
