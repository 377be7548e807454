#include "domain/lists/call_list.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace rollcall::call_list_test {

namespace {

using namespace std::chrono_literals;

const timestamp start{std::chrono::seconds{1'732'320'000}};

/// Customers 1 > 2 > 3 and 1 > 4, an account of each: 11, 22, 33, 44.
directory_entries tree() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}};
  for (const auto& [id, above] : {std::pair{1, 0}, {2, 1}, {3, 2}, {4, 1}}) {
    customer c;
    c.id = customer_id{id};
    c.wholesaler = customer_id{above};
    c.environment = environment_id{above == 0 ? 1 : 0};
    e.customers.push_back(std::move(c));
    e.accounts.push_back({account_id{id * 11}, customer_id{id}, ""});
  }
  e.vendors = {{vendor_id{1}, ""}};
  e.connections = {{connection_id{7}, vendor_id{1}, ""}};
  return e;
}

directory_ptr sample() {
  static const auto dir = directory::link(tree());
  return dir;
}

account_key key_of(std::int64_t account) { return {environment_id{1}, account_id{account}}; }

struct call_fields {
  std::string id;
  std::int64_t account = 11;
  std::chrono::seconds setup = 0s;
  call_state state = call_state::connected;
  std::chrono::seconds connect = 0s;
};

record_ptr call_of(const call_fields& fields) {
  call_event event;
  event.id = fields.id;
  event.state = fields.state;
  event.setup = event.received = start + fields.setup;
  event.connect = start + fields.connect;
  event.account = account_id{fields.account};
  return call_record::first(*interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}}), event);
}

record_ptr with_state(const record_ptr& record, call_state state) {
  call_event event;
  event.state = state;
  event.received = start + 30s;
  return record->after(event);
}

call_query all_of(std::int64_t scope) {
  call_query query;
  query.scope = customer_id{scope};
  return query;
}

std::vector<call_row> rows_of(call_list& list) {
  std::vector<call_row> rows;
  for (call_row row; list.next(row) == row_source::step::row;)
    rows.push_back(row);
  return rows;
}

using listed = std::vector<std::string>;

/// The switch's ids of a list's calls, in order.
listed list_of(const call_query& query, std::vector<list_part> parts, directory_ptr dir = sample()) {
  call_list list{query, std::move(dir), std::move(parts), start + 60s};
  listed ids;
  for (const auto& row : rows_of(list))
    ids.emplace_back(row.record->local_id());
  return ids;
}

list_part part_of(std::int64_t account, std::vector<record_ptr> records, std::vector<record_ptr> moved = {},
                  const std::vector<record_ptr>& over = {}) {
  list_part part{key_of(account), {records.begin(), records.end()}, std::move(moved), {}};
  for (const auto& record : over)
    part.over.push_back(record->serial());
  return part;
}

} // namespace

TEST_CASE("no parts, and parts without calls, make an empty list in every order") {
  for (std::size_t i = 0; i < call_order_names.size(); ++i) {
    auto query = all_of(1);
    query.order = call_order(i);
    CHECK(list_of(query, {}).empty());
    CHECK(list_of(query, {part_of(11, {}), part_of(22, {})}).empty());
    query.offset = 3;
    CHECK(list_of(query, {}).empty());
  }
}

TEST_CASE("a call in the parts of both its accounts is shown once, in the newer picture") {
  const auto before = call_of({"1", 11});
  const auto after = before->in_account(account_id{22});
  for (const auto reversed : {false, true}) {
    std::vector parts{part_of(11, {before}), part_of(22, {after}, {after})};
    if (reversed)
      std::swap(parts[0], parts[1]);
    call_list list{all_of(1), sample(), parts, start};
    const auto rows = rows_of(list);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].record == after.get());
    CHECK(rows[0].customer == customer_id{2});
  }
}

TEST_CASE("a call in no part is shown if one tells that it moved") {
  const auto after = call_of({"1", 11})->in_account(account_id{22});
  CHECK(list_of(all_of(1), {part_of(11, {}, {after}), part_of(22, {})}) == listed{"1"});
}

TEST_CASE("a moved call whose newest picture does not match is not shown in an older one that does") {
  const auto before = call_of({"1", 11});
  const auto after = before->in_account(account_id{22});
  const auto ending = with_state(after, call_state::disconnecting);
  auto query = all_of(1);
  query.active_only = true;
  CHECK(list_of(query, {part_of(11, {}, {after}), part_of(22, {}, {ending})}).empty());
  CHECK(list_of(query, {part_of(11, {before}), part_of(22, {}, {ending})}).empty());
  query.active_only = false;
  CHECK(list_of(query, {part_of(11, {before}), part_of(22, {ending}, {ending})}) == listed{"1"});
}

TEST_CASE("a call that moved out of scope is not shown, one that moved on within it is") {
  const auto before = call_of({"1", 22});
  const auto outside = before->in_account(account_id{44});
  const auto inside = before->in_account(account_id{33});
  CHECK(list_of(all_of(2), {part_of(22, {}, {outside}), part_of(33, {})}).empty());
  CHECK(list_of(all_of(2), {part_of(22, {before}, {outside}), part_of(33, {})}).empty());
  CHECK(list_of(all_of(2), {part_of(22, {}, {inside}), part_of(33, {})}) == listed{"1"});
  auto own = all_of(2);
  own.recursive = false;
  CHECK(list_of(own, {part_of(22, {}, {inside})}).empty());
}

TEST_CASE("a call that left the account that is asked for is not shown, one that came back is") {
  const auto before = call_of({"1", 22});
  const auto away = before->in_account(account_id{33});
  const auto back = away->in_account(account_id{22});
  auto query = all_of(2);
  query.account = account_id{22};
  CHECK(list_of(query, {part_of(22, {}, {away})}).empty());
  CHECK(list_of(query, {part_of(22, {back}, {away, back})}) == listed{"1"});
}

TEST_CASE("a call that moved and is over is not shown, whoever still tells of it") {
  const auto before = call_of({"1", 11});
  const auto after = before->in_account(account_id{22});
  CHECK(list_of(all_of(1), {part_of(11, {}, {after}), part_of(22, {}, {}, {after})}).empty());
  CHECK(list_of(all_of(1), {part_of(22, {}, {}, {after}), part_of(11, {before}, {after})}).empty());
  CHECK(list_of(all_of(1), {part_of(11, {call_of({"2", 11})}, {after}), part_of(22, {}, {}, {after})})
        == listed{"2"});
}

TEST_CASE("a list that is watched tells which calls that moved it does not show") {
  const auto before = call_of({"1", 22});
  const auto after = before->in_account(account_id{33});
  auto query = all_of(2);
  auto newest = after;
  std::vector<list_part> parts;
  SUBCASE("for one has left the scope") {
    newest = after->in_account(account_id{44});
    parts = {part_of(22, {before}), part_of(33, {}, {newest})};
  }
  SUBCASE("for one does not match any more") {
    newest = with_state(after, call_state::disconnecting);
    query.active_only = true;
    parts = {part_of(22, {before}), part_of(33, {}, {newest})};
  }
  SUBCASE("for one is over") {
    newest = before;
    parts = {part_of(22, {before}, {before}), part_of(33, {}, {}, {after})};
  }
  call_list list{query, sample(), parts, start, true};
  REQUIRE(list.hidden().size() == 1);
  const auto& hidden = list.hidden().front();
  CHECK(hidden.newest == newest);
  CHECK(hidden.older == before);
  CHECK(hidden.over == (newest == before));
  CHECK(rows_of(list).empty());
  CHECK(call_list{query, sample(), parts, start}.hidden().empty());
}

TEST_CASE("a call that only another account than its own knows of has changed, to who watches") {
  const auto after = call_of({"1", 22})->in_account(account_id{33});
  call_list list{all_of(2), sample(), {part_of(22, {}, {after}), part_of(33, {})}, start, true};
  CHECK(list.changed() == std::vector<record_ptr>{after});
  CHECK(list.hidden().empty());
  CHECK(rows_of(list).size() == 1);
}

TEST_CASE("an account that answers twice, for it changed hands meanwhile, is shown once") {
  const auto call = call_of({"1", 22});
  const auto ended = with_state(call, call_state::dead);
  CHECK(list_of(all_of(1), {part_of(22, {call}), part_of(22, {call})}) == listed{"1"});
  CHECK(list_of(all_of(1), {part_of(22, {call}), part_of(22, {ended, call_of({"2", 22})})}) == listed{"1"});
}

TEST_CASE("a call that moved between the two answers of its account is shown once") {
  const auto before = call_of({"1", 22});
  const auto after = before->in_account(account_id{33});
  CHECK(list_of(all_of(1), {part_of(22, {before}), part_of(33, {}), part_of(22, {}, {after})})
        == listed{"1"});
  CHECK(list_of(all_of(1), {part_of(22, {}), part_of(33, {before}, {after}), part_of(22, {after}, {after})})
        == listed{"1"});
}

TEST_CASE("an account that belongs to a customer out of scope by the request's directory is left out") {
  CHECK(list_of(all_of(2), {part_of(44, {call_of({"1", 44})}), part_of(33, {call_of({"2", 33})})})
        == listed{"2"});
  auto own = all_of(2);
  own.recursive = false;
  CHECK(list_of(own, {part_of(33, {call_of({"2", 33})}), part_of(22, {call_of({"3", 22})})}) == listed{"3"});
}

TEST_CASE("calls of an account that nobody knows are the root customer's, with the number as it was given") {
  call_list list{all_of(1), sample(), {part_of(99, {call_of({"1", 99})})}, start};
  const auto rows = rows_of(list);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].customer == customer_id{1});
  CHECK(rows[0].record->account() == account_id{99});
  CHECK(list_of(all_of(2), {part_of(99, {call_of({"1", 99})})}).empty());
}

TEST_CASE("offset and limit cut the list after it was ordered") {
  const std::vector parts{part_of(11, {call_of({"a", 11, 1s}), call_of({"d", 11, 4s})}),
                          part_of(22, {call_of({"b", 22, 2s}), call_of({"c", 22, 3s})})};
  auto query = all_of(1);
  query.offset = 1;
  query.limit = 2;
  CHECK(list_of(query, parts) == listed{"b", "c"});
  query.order = call_order::oldest_last;
  CHECK(list_of(query, parts) == listed{"c", "b"});
  query.limit = 0;
  CHECK(list_of(query, parts).empty());
  query.limit.reset();
  query.offset = 4;
  CHECK(list_of(query, parts).empty());
  query.offset = ~std::uint64_t{0};
  CHECK(list_of(query, parts).empty());
}

TEST_CASE("in every order ties go by setup time, then ID, both ascending") {
  const std::vector parts{part_of(11, {call_of({"b", 11, 1s, call_state::connected, 5s}),
                                       call_of({"c", 11, 1s, call_state::connected, 5s})}),
                          part_of(22, {call_of({"z", 22, 0s, call_state::connected, 5s}),
                                       call_of({"a", 22, 1s, call_state::connected, 5s})})};
  auto query = all_of(1);
  CHECK(list_of(query, parts) == listed{"z", "a", "b", "c"});
  query.order = call_order::oldest_last;
  CHECK(list_of(query, parts) == listed{"a", "b", "c", "z"});
  query.order = call_order::longest_first;
  CHECK(list_of(query, parts) == listed{"z", "a", "b", "c"});
  query.order = call_order::longest_last;
  CHECK(list_of(query, parts) == listed{"z", "a", "b", "c"});
}

TEST_CASE("any list is the sorted, cut list of the newest matching pictures in scope, each call once") {
  CHECK(rc::check([] {
    const auto now = start + 20s;
    std::map<std::int64_t, list_part> parts;
    for (const auto account : {11, 22, 33, 44, 99})
      parts[account] = part_of(account, {});
    std::vector<record_ptr> truth;
    auto query = all_of(*rc::gen::inRange(1, 5));
    query.recursive = *rc::gen::arbitrary<bool>();
    query.active_only = *rc::gen::arbitrary<bool>();
    for (auto n = *rc::gen::inRange(0, 40); n > 0; --n) {
      const auto account = [] { return *rc::gen::elementOf(std::vector<std::int64_t>{11, 22, 33, 44, 99}); };
      const auto seconds = [](int most) { return std::chrono::seconds{*rc::gen::inRange(0, most)}; };
      const auto first = call_of(
          {std::to_string(n), account(), seconds(4), call_state(*rc::gen::inRange(0, 7)), seconds(6)});
      const auto show = [&](const record_ptr& record) {
        if (matches(query, *sample(), *record, now))
          parts[record->account().value()].records.push_back(record);
      };
      auto newest = first;
      if (*rc::gen::inRange(0, 3) == 0) {
        // On the move: each of the two accounts may or may not have it still, or already.
        const auto next = account();
        if (next != first->account().value()) {
          newest = first->in_account(account_id{next});
          const auto old_asked_early = *rc::gen::arbitrary<bool>();
          const auto new_asked_late = *rc::gen::arbitrary<bool>();
          if (old_asked_early)
            show(first);
          else
            parts[first->account().value()].moved.push_back(newest);
          if (new_asked_late) {
            show(newest);
            parts[next].moved.push_back(newest);
          }
          if (old_asked_early && !new_asked_late)
            newest = first; // nobody knows better
        } else {
          show(first);
        }
      } else {
        show(first);
      }
      truth.push_back(newest);
    }
    // The accounts of the scope answer, in some order.
    std::vector<list_part> answered;
    for (auto& [account, part] : parts) {
      std::sort(part.records.begin(), part.records.end(),
                [](const auto& a, const auto& b) { return by_setup{}(a.record, b.record); });
      const auto* owner = sample()->owner(environment_id{1}, account_id{account});
      if (query.recursive ? sample()->covers(query.scope, owner->id) : owner->id == query.scope)
        answered.push_back(part);
    }
    if (*rc::gen::arbitrary<bool>())
      std::reverse(answered.begin(), answered.end());
    // The naive list. A call whose newest picture is known outside the scope only is shown by what is known
    // inside; that is still one call once.
    query.order = call_order(*rc::gen::inRange(0, 4));
    std::map<std::string, record_ptr> known;
    for (const auto& part : answered) {
      auto pictures = part.moved;
      for (const auto& listed : part.records)
        pictures.push_back(listed.record);
      for (const auto& record : pictures) {
        auto& best = known[std::string{record->id()}];
        if (!best || best->revision() < record->revision())
          best = record;
      }
    }
    std::vector<record_ptr> expected;
    for (const auto& [id, record] : known) {
      const auto* owner = sample()->owner(environment_id{1}, record->account());
      if (matches(query, *sample(), *record, now)
          && (query.recursive ? sample()->covers(query.scope, owner->id) : owner->id == query.scope))
        expected.push_back(record);
    }
    const auto place = [&](const record_ptr& r) {
      const auto setup = r->setup();
      std::int64_t key = 0;
      switch (query.order) {
      case call_order::oldest_first:
        break;
      case call_order::oldest_last:
        key = -setup.time_since_epoch().count();
        break;
      case call_order::longest_first:
        key = -r->duration(now).count();
        break;
      case call_order::longest_last:
        key = r->duration(now).count();
        break;
      }
      return std::tuple{key, setup, r->id()};
    };
    std::sort(expected.begin(), expected.end(),
              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    const auto matching = expected.size();
    query.offset = *rc::gen::inRange<std::uint64_t>(0, 4);
    if (*rc::gen::arbitrary<bool>())
      query.limit = *rc::gen::inRange<std::uint64_t>(0, 50);
    expected.erase(expected.begin(), expected.begin() + std::min<std::ptrdiff_t>(query.offset, matching));
    if (query.limit && *query.limit < expected.size())
      expected.resize(*query.limit);

    call_list list{query, sample(), answered, now};
    const auto rows = rows_of(list);
    RC_ASSERT(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(rows[i].record == expected[i].get());
      RC_ASSERT(rows[i].customer == sample()->owner(environment_id{1}, expected[i]->account())->id);
    }
    // With everything in scope, that is the truth itself.
    if (query.scope == customer_id{1} && query.recursive && query.offset == 0 && !query.limit) {
      std::size_t truly = 0;
      for (const auto& record : truth)
        truly += matches(query, *sample(), *record, now);
      RC_ASSERT(rows.size() == truly);
    }
  }));
}

} // namespace rollcall::call_list_test
