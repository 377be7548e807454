#include "domain/lists/call_list.hpp"
#include "domain/lists/merged_list.hpp"
#include "domain/lists/row_inbox.hpp"
#include "row_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace rollcall::merged_list_test {

namespace {

using namespace std::chrono_literals;
using step = row_source::step;
using listed = std::vector<std::string>;

const timestamp start{1'732'320'000s};
const timestamp now = start + 60s;

kept_row row_of(const std::string& id, std::chrono::seconds setup = 0s, std::chrono::seconds connect = 5s,
                const std::string& from = "sbc-1") {
  call_event event;
  event.id = id;
  event.state = call_state::connected;
  event.setup = start + setup;
  event.connect = start + connect;
  return {call_record::first(switch_of(from), event), customer_id{1}};
}

std::shared_ptr<row_inbox> inbox(const std::string& node = "node-b") {
  return std::make_shared<row_inbox>(node_id{node}, row_inbox::events{});
}

/// An inbox that has all of these.
std::shared_ptr<row_inbox> filled(const std::vector<kept_row>& rows) {
  auto box = inbox();
  box->push(packed(rows));
  box->finish();
  return box;
}

/// What can be read now; ends with "…" when more is pending.
listed read(row_source& rows) {
  listed ids;
  for (;;) {
    call_row row;
    const auto what = rows.next(row);
    if (what == step::end)
      return ids;
    if (what == step::pending) {
      ids.emplace_back("…");
      return ids;
    }
    ids.emplace_back(row.record->local_id());
  }
}

} // namespace

TEST_CASE("no lists at all are an empty list") {
  merged_list none{{}, now, {}};
  CHECK_FALSE(none.wait([] {}));
  CHECK(read(none).empty());
}

TEST_CASE("a loss stays a loss, and what waits is woken to see it") {
  const auto good = inbox();
  const auto bad = inbox("node-c");
  merged_list list{{}, now, {{good}, {bad}}};
  CHECK(read(list) == listed{"…"});
  int woken = 0;
  CHECK(list.wait([&woken] { ++woken; }));
  bad->fail("gone");
  CHECK(woken == 1);
  CHECK_FALSE(list.wait([] {}));
  for (int i = 0; i < 2; ++i)
    CHECK_THROWS_WITH_AS(read(list), "the rows of node-c are lost: gone", list_lost);
  CHECK_FALSE(list.wait([] {}));
}

TEST_CASE("nothing is told before every list has told its first row, and then only what is certain") {
  const auto a = inbox();
  const auto b = inbox();
  merged_list list{{}, now, {{a}, {b}}};
  a->push(packed({row_of("1", 1s), row_of("3", 3s)}));
  CHECK(read(list) == listed{"…"});
  int woken = 0;
  CHECK(list.wait([&woken] { ++woken; }));
  a->push(packed({row_of("5", 5s)})); // is not what was missing
  CHECK(woken == 0);
  b->push(packed({row_of("2", 2s)}));
  CHECK(woken == 1);
  CHECK_FALSE(list.wait([] {}));
  CHECK(read(list) == listed{"1", "2", "…"});
  CHECK(list.wait([&woken] { ++woken; }));
  b->finish();
  CHECK(woken == 2);
  CHECK(read(list) == listed{"3", "5", "…"});
  CHECK(list.wait([&woken] { ++woken; }));
  a->finish();
  CHECK(woken == 3);
  CHECK_FALSE(list.wait([] {}));
  CHECK(read(list).empty());
}

TEST_CASE("one call is enough for who waits for several lists") {
  const auto a = inbox();
  const auto b = inbox();
  merged_list list{{}, now, {{a}, {b}}};
  int woken = 0;
  CHECK(list.wait([&woken] { ++woken; }));
  a->finish();
  b->finish();
  CHECK(woken == 1);
}

TEST_CASE("ties go by setup time, then ID, in every order") {
  for (const auto order : {call_order::oldest_first, call_order::oldest_last, call_order::longest_first,
                           call_order::longest_last}) {
    call_query query;
    query.order = order;
    const auto same = order == call_order::oldest_last ? listed{"b", "c", "z"} : listed{"z", "b", "c"};
    merged_list list{
        query, now, {{filled({row_of("c", 1s)})}, {filled({row_of("z", 0s)})}, {filled({row_of("b", 1s)})}}};
    CHECK(read(list) == same);
  }
}

TEST_CASE("the lists are let go when the limit is reached, whatever they still have") {
  int dropped = 0;
  const auto part = [&dropped](const std::vector<kept_row>& rows) {
    auto box =
        std::make_shared<row_inbox>(node_id{"node-b"}, row_inbox::events{{}, [&dropped] { ++dropped; }});
    box->push(packed(rows));
    return box;
  };
  call_query query;
  query.offset = 1;
  query.limit = 2;
  std::vector<merged_part> parts;
  parts.push_back({part({row_of("1", 1s), row_of("4", 4s)})});
  parts.push_back({part({row_of("2", 2s), row_of("3", 3s)})});
  merged_list list{query, now, std::move(parts)};
  CHECK(read(list) == listed{"2", "3"});
  CHECK(dropped == 2);
  CHECK_FALSE(list.wait([] {}));
}

TEST_CASE("a limit of zero reads no rows") {
  call_query query;
  query.limit = 0;
  merged_list list{query, now, {{inbox()}}};
  CHECK_FALSE(list.wait([] {}));
  CHECK(read(list).empty());
}

TEST_CASE("calls of a switch that another node has taken over are told by that one alone") {
  const auto old_node = filled({row_of("1", 1s, 5s, "sbc-2"), row_of("2", 2s), row_of("3", 3s, 5s, "sbc-2")});
  const auto new_node = filled({row_of("3", 3s, 5s, "sbc-2"), row_of("4", 4s)});
  merged_list list{{}, now, {{old_node, {switch_name{"sbc-2"}}}, {new_node}}};
  CHECK(read(list) == listed{"2", "3", "4"});
}

TEST_CASE("merged lists that arrive anyhow are the sorted whole, cut") {
  CHECK(rc::check([] {
    call_query query;
    query.order = call_order(*rc::gen::inRange(0, 4));
    query.offset = *rc::gen::inRange<std::uint64_t>(0, 6);
    if (*rc::gen::arbitrary<bool>())
      query.limit = *rc::gen::inRange<std::uint64_t>(0, 60);
    const auto place = [&](const kept_row& r) {
      const auto setup = r.record->setup().time_since_epoch().count();
      const auto duration = r.record->duration(now).count();
      const std::array<std::int64_t, 4> keys{0, -setup, -duration, duration};
      return std::tuple{keys[static_cast<std::size_t>(query.order)], setup, r.record->id()};
    };
    const auto earlier = [&](const kept_row& a, const kept_row& b) { return place(a) < place(b); };

    struct part {
      std::shared_ptr<row_inbox> box = inbox();
      std::vector<kept_row> rows;
      std::vector<switch_name> without;
      std::vector<std::string> batches;
      std::size_t sent = 0;
    };
    std::vector<part> parts(*rc::gen::inRange<std::size_t>(1, 6));
    const std::vector<std::string> switches{"sbc-1", "sbc-2", "sbc-3"};
    for (auto& each : parts)
      if (*rc::gen::inRange(0, 3) == 0)
        each.without.emplace_back(*rc::gen::elementOf(switches));
    std::vector<kept_row> expected;
    for (auto n = *rc::gen::inRange(0, 60); n > 0; --n) {
      const auto from = *rc::gen::elementOf(switches);
      const auto row = row_of(std::to_string(n), std::chrono::seconds{*rc::gen::inRange(0, 5)},
                              std::chrono::seconds{*rc::gen::inRange(0, 70)}, from);
      auto& to = parts[*rc::gen::inRange<std::size_t>(0, parts.size())];
      to.rows.push_back(row);
      if (std::find(to.without.begin(), to.without.end(), switch_name{from}) == to.without.end())
        expected.push_back(row);
    }
    std::sort(expected.begin(), expected.end(), earlier);
    const auto skipped = std::min<std::size_t>(query.offset, expected.size());
    expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(skipped));
    if (query.limit && *query.limit < expected.size())
      expected.resize(*query.limit);
    std::vector<merged_part> merged;
    for (auto& each : parts) {
      std::sort(each.rows.begin(), each.rows.end(), earlier);
      for (std::size_t at = 0; at < each.rows.size();) {
        if (*rc::gen::inRange(0, 4) == 0)
          each.batches.emplace_back(); // without rows
        const auto size = *rc::gen::inRange<std::size_t>(1, each.rows.size() - at + 1);
        const auto begin = each.rows.begin() + static_cast<std::ptrdiff_t>(at);
        const std::vector<kept_row> batch{begin, begin + static_cast<std::ptrdiff_t>(size)};
        each.batches.push_back(packed(batch));
        at += size;
      }
      merged.push_back({each.box, each.without});
    }
    merged_list list{query, now, std::move(merged)};
    std::size_t told = 0;
    // Someone sends a batch, or the end; the reader reads as far as it gets, or waits for it.
    for (;;) {
      int woken = 0;
      const auto waiting = list.wait([&woken] { ++woken; });
      if (!waiting || *rc::gen::arbitrary<bool>()) {
        call_row row;
        auto what = list.next(row);
        RC_ASSERT((what == step::pending) == waiting);
        for (; what == step::row; what = list.next(row)) {
          RC_ASSERT(told < expected.size());
          RC_ASSERT(tell_the_same(*row.record, *expected[told].record));
          ++told;
        }
        if (what == step::end)
          break;
        RC_ASSERT(list.wait([&woken] { ++woken; }));
      }
      RC_ASSERT(woken == 0);
      std::vector<part*> open;
      for (auto& each : parts)
        if (each.sent <= each.batches.size())
          open.push_back(&each);
      RC_ASSERT(!open.empty()); // else it waits for ever
      auto& sender = **rc::gen::elementOf(open);
      if (sender.sent == sender.batches.size())
        sender.box->finish();
      else
        sender.box->push(sender.batches[sender.sent]);
      ++sender.sent;
      RC_ASSERT(woken <= 1);
    }
    RC_ASSERT(told == expected.size());
  }));
}

} // namespace rollcall::merged_list_test
