#include "domain/calls/account_calls.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rollcall::account_calls_test {

namespace {

using namespace std::chrono_literals;

/// What reaches a call, here: a number.
using calls = account_calls<int>;

constexpr auto memory = 5s;

calls::moment at(std::chrono::seconds since_start) { return calls::moment{} + 1h + since_start; }

record_ptr call_of(const std::string& id, std::int64_t setup, call_state state = call_state::idle,
                   std::int64_t account = 1) {
  call_event event;
  event.id = id;
  event.state = state;
  event.setup = event.received = timestamp{std::chrono::seconds{1'000 + setup}};
  event.account = account_id{account};
  return call_record::first(*interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}}), event);
}

record_ptr moved_on(const record_ptr& record, call_state state) {
  call_event event;
  event.state = state;
  event.received = timestamp{std::chrono::seconds{2'000}};
  return record->after(event);
}

std::vector<std::string> ids_of(const calls& account_calls) {
  std::vector<std::string> ids;
  account_calls.each([&](const auto& entry) { ids.emplace_back(entry.record->local_id()); });
  return ids;
}

std::vector<record_ptr> moved_of(const calls& account_calls, calls::moment now = at(1s)) {
  std::vector<record_ptr> found;
  account_calls.each_left({}, [&](const record_ptr& record) { found.push_back(record); });
  account_calls.each([&](const auto& entry) {
    if (account_calls.came_lately(entry, now))
      found.push_back(entry.record);
  });
  return found;
}

std::vector<std::uint64_t> over_of(const calls& account_calls) {
  std::vector<std::uint64_t> found;
  account_calls.each_over([&](std::uint64_t serial) { found.push_back(serial); });
  return found;
}

} // namespace

TEST_CASE("a call that is not here can neither be replaced nor removed nor depart") {
  calls account_calls{memory};
  const auto stranger = call_of("1", 0);
  const auto nobody_is_in = [&](slot where) {
    CHECK(account_calls.replace(stranger, where) == nullptr);
    CHECK_FALSE(account_calls.remove(stranger, where, at(0s)));
    CHECK_FALSE(account_calls.depart(stranger, where, at(0s)));
  };
  nobody_is_in(slot{0});
  nobody_is_in(slot{7});
  const auto other = call_of("2", 0);
  const auto taken = account_calls.add(other, 1);
  nobody_is_in(taken);
  CHECK(account_calls.remove(other, taken, at(0s)));
  nobody_is_in(taken);
  CHECK(account_calls.size() == 0);
  CHECK_FALSE(account_calls.has_moves());
  CHECK(account_calls.counts().none());
}

TEST_CASE("an older record changes nothing") {
  calls account_calls{memory};
  const auto older = call_of("1", 0);
  const auto taken = account_calls.add(moved_on(older, call_state::connected), 7);
  CHECK(*account_calls.replace(older, taken) == 7);
  CHECK(account_calls.counts().connected() == 1);
  CHECK(account_calls.add(older, 8) == taken);
  CHECK(account_calls.size() == 1);
  CHECK(account_calls.counts().connected() == 1);
}

TEST_CASE("calls of the same setup time are in the order of their IDs") {
  calls account_calls{memory};
  for (const auto* id : {"b", "a", "c"})
    account_calls.add(call_of(id, 5), 0);
  account_calls.add(call_of("z", 4), 0);
  CHECK(ids_of(account_calls) == std::vector<std::string>{"z", "a", "b", "c"});
}

TEST_CASE("many calls of the same setup time are in the order of their IDs, of one ID the older call first") {
  calls account_calls{memory};
  std::vector<std::string> expected;
  for (int n = 99; n >= 10; --n) {
    account_calls.add(call_of(std::to_string(n), 5, call_state::dead), 1);
    account_calls.add(call_of(std::to_string(n), 5), 2);
  }
  for (int n = 10; n <= 99; ++n)
    expected.insert(expected.end(), 2, std::to_string(n));
  CHECK(ids_of(account_calls) == expected);
  int turn = 0;
  account_calls.each([&](const auto& entry) { CHECK(entry.call == 1 + turn++ % 2); });
}

TEST_CASE("a call that has just arrived is reported by its newest record") {
  calls account_calls{memory};
  const auto first = moved_on(call_of("1", 0), call_state::connected);
  const auto later = moved_on(first, call_state::disconnecting);
  const auto taken = account_calls.add(first, 0, at(0s));
  CHECK(moved_of(account_calls) == std::vector{first});
  account_calls.replace(later, taken);
  CHECK(moved_of(account_calls) == std::vector{later});
}

TEST_CASE("a call that arrived and left again is reported as it left") {
  calls account_calls{memory};
  const auto first = call_of("1", 0);
  const auto gone = first->in_account(account_id{2});
  account_calls.depart(gone, account_calls.add(first, 0, at(0s)), at(1s));
  CHECK(moved_of(account_calls) == std::vector{gone});
  CHECK(over_of(account_calls).empty());
}

TEST_CASE("a moved call that has ended is reported as ended, because its former account may still list it") {
  calls account_calls{memory};
  const auto mover = call_of("1", 0);
  account_calls.remove(mover, account_calls.add(mover, 0, at(0s)), at(1s));
  CHECK(moved_of(account_calls).empty());
  CHECK(over_of(account_calls) == std::vector{mover->serial()});
}

TEST_CASE("without moved calls no ended calls are reported") {
  calls account_calls{memory};
  const auto call = call_of("1", 0);
  account_calls.remove(call, account_calls.add(call, 0), at(1s));
  CHECK_FALSE(account_calls.has_moves());
}

TEST_CASE("departed calls are forgotten before arrived and ended ones, and all in the end") {
  calls from{memory};
  calls to{memory};
  const auto before = call_of("1", 0);
  const auto after = before->in_account(account_id{2});
  const auto former = from.add(before, 0);
  const auto next = to.add(after, 0, at(0s));
  from.depart(after, former, at(0s));
  to.remove(after, next, at(0s));
  for (auto* each : {&from, &to})
    each->forget_moves(at(5s));
  CHECK(moved_of(from).size() == 1);
  for (auto* each : {&from, &to})
    each->forget_moves(at(6s));
  CHECK_FALSE(from.has_moves());
  CHECK(over_of(to).size() == 1);
  to.forget_moves(at(11s));
  CHECK_FALSE(to.has_moves());
}

TEST_CASE("an arrived call is not reported as departed, and the handle of a departed one is released") {
  account_calls<std::shared_ptr<int>> some{memory};
  const auto handle = std::make_shared<int>(0);
  some.add(call_of("1", 0), handle, at(0s));
  const auto leaver = call_of("2", 0);
  const auto gone = leaver->in_account(account_id{2});
  some.depart(gone, some.add(leaver, handle), at(0s));
  std::vector<record_ptr> left;
  some.each_left({}, [&](const record_ptr& record) { left.push_back(record); });
  CHECK(left == std::vector{gone});
  CHECK(handle.use_count() == 2);
}

TEST_CASE("calls that left before a moment are not reported for a later one") {
  calls account_calls{memory};
  const auto gone = call_of("1", 0);
  account_calls.depart(gone->in_account(account_id{2}), account_calls.add(gone, 1), at(3s));
  const auto left_since = [&](calls::moment since) {
    int count = 0;
    account_calls.each_left(since, [&](const record_ptr&) { ++count; });
    return count;
  };
  CHECK(left_since(at(3s)) == 1);
  CHECK(left_since(at(4s)) == 0);
}

TEST_CASE("arrived calls are remembered for twice the memory") {
  calls account_calls{memory};
  account_calls.add(call_of("1", 0), 1, at(0s));
  CHECK(moved_of(account_calls, at(10s)).size() == 1);
  CHECK(moved_of(account_calls, at(11s)).empty());
}

TEST_CASE("a call that only passed through is reported for as long as it is remembered") {
  calls account_calls{memory};
  const auto here = call_of("1", 0);
  const auto other = call_of("2", 0);
  const auto taken = account_calls.add(here, 1, at(1s));
  const auto others = account_calls.add(other, 2);
  account_calls.depart(here->in_account(account_id{2}), taken, at(2s));
  account_calls.depart(other->in_account(account_id{2}), others, at(2s));
  const auto passed = [&](std::chrono::seconds since) {
    std::size_t n = 0;
    account_calls.each_passed(at(since),
                              [&](const record_ptr& record) { n += record->account() == account_id{2}; });
    return n;
  };
  CHECK(passed(2s) == 0); // told as one that left
  CHECK(passed(3s) == 1);
  account_calls.forget_moves(at(8s));
  CHECK(passed(9s) == 0);
}

TEST_CASE("a call may have the ID and the setup time of one that has not left yet") {
  calls account_calls{memory};
  const auto former = call_of("1", 0, call_state::dead);
  const auto next = call_of("1", 0);
  const auto formers = account_calls.add(former, 1);
  const auto taken = account_calls.add(next, 2);
  CHECK(taken != formers);
  account_calls.remove(former, formers, at(0s));
  CHECK(*account_calls.replace(next, taken) == 2);
  CHECK(account_calls.size() == 1);
}

TEST_CASE("a slot is taken again once it is free") {
  calls account_calls{memory};
  const auto first = call_of("1", 0);
  const auto taken = account_calls.add(first, 1);
  account_calls.add(call_of("2", 1), 2);
  account_calls.remove(first, taken, at(0s));
  CHECK(account_calls.add(call_of("3", 2), 3) == taken);
  CHECK(ids_of(account_calls) == std::vector<std::string>{"2", "3"});
}

TEST_CASE("counts that were corrected are believed until the next change") {
  calls account_calls{memory};
  account_calls.add(call_of("1", 0, call_state::connected), 0);
  account_calls.correct({});
  CHECK(account_calls.counts() != account_calls.recount());
  account_calls.correct(account_calls.recount());
  CHECK(account_calls.counts().connected() == 1);
}

TEST_CASE("whatever comes, changes, leaves and ends, the counts are those of the records") {
  CHECK(rc::check([] {
    calls account_calls{memory};
    struct occupant {
      record_ptr record;
      slot where{};
      int reached_by = 0;
    };
    std::map<std::string, occupant> here;
    for (auto n = *rc::gen::inRange(0, 60); n > 0; --n) {
      const auto id = std::to_string(*rc::gen::inRange(0, 8));
      const auto setup = static_cast<std::int64_t>(id[0] % 3); // ties
      const auto state = call_state(*rc::gen::inRange(0, 7));
      const auto now = at(std::chrono::seconds{60 - n});
      const auto found = here.find(id);
      const auto known = found != here.end();
      switch (*rc::gen::inRange(0, 5)) {
      case 0:
      case 1: {
        const auto came = *rc::gen::inRange(0, 2) == 0 ? now : calls::moment{};
        if (known) {
          RC_ASSERT(account_calls.add(found->second.record, n, came) == found->second.where);
        } else {
          const auto record = call_of(id, setup, state);
          here[id] = {record, account_calls.add(record, n, came), n};
        }
        break;
      }
      case 2:
        if (const auto newer = known ? moved_on(found->second.record, state) : record_ptr{}) {
          RC_ASSERT(*account_calls.replace(newer, found->second.where) == found->second.reached_by);
          found->second.record = newer;
        }
        break;
      case 3:
        if (known) {
          RC_ASSERT(account_calls.remove(found->second.record, found->second.where, now));
          here.erase(found);
        }
        break;
      default:
        if (known) {
          const auto gone = found->second.record->in_account(account_id{2});
          RC_ASSERT(account_calls.depart(gone, found->second.where, now));
          here.erase(found);
        }
        account_calls.forget_moves(now);
      }
      RC_ASSERT(account_calls.counts() == account_calls.recount());
      RC_ASSERT(account_calls.counts().total().all() == account_calls.size());
      std::vector<record_ptr> expected;
      for (const auto& [key, call] : here)
        expected.push_back(call.record);
      std::sort(expected.begin(), expected.end(), by_setup{});
      std::size_t i = 0;
      RC_ASSERT(account_calls.size() == expected.size());
      account_calls.each([&](const auto& entry) {
        RC_ASSERT(entry.record->id() == expected[i]->id());
        RC_ASSERT(entry.record->revision() == expected[i]->revision());
        RC_ASSERT(entry.record->state() == expected[i++]->state());
      });
    }
  }));
}

} // namespace rollcall::account_calls_test
