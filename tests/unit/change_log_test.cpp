#include "domain/watch/change_log.hpp"
#include "tests/unit/watch_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::change_log_test {

using namespace watch_fixture;
using moment = change_log::moment;

namespace {

struct world {
  world() { log.set_directory(sample()); }

  std::uint64_t append(const record_ptr& before, const record_ptr& after) {
    return log.append(before, after, now, woken);
  }

  static std::vector<std::string> read(change_log::reader& who, std::size_t most = 1000) {
    std::vector<picture_change> changes;
    change_log::read(who, most, changes);
    std::vector<std::string> ids;
    for (const auto& one : changes)
      ids.emplace_back(one.after->local_id());
    return ids;
  }

  change_log log{{.behind = 10, .kept_bytes = 10'000, .keep = 60s}};
  std::vector<std::uint64_t> woken;
  moment now{};
};

using ids = std::vector<std::string>;

} // namespace

TEST_CASE("change_log: nothing is written while nobody watches") {
  world w;
  CHECK(w.append({}, first("a", 11)) == 0);
  CHECK(w.log.position() == 0);
}

TEST_CASE("change_log: a customer's topic has what happens below it, each change once") {
  world w;
  auto root = w.log.subscribe(customer_id{1}, w.now);
  auto middle = w.log.subscribe(customer_id{2}, w.now);
  auto other = w.log.subscribe(customer_id{4}, w.now);
  const auto a = first("a", 33);
  w.append({}, a);
  w.append({}, first("b", 44));
  w.append(a, a->in_account(account_id{44}));
  CHECK(world::read(root) == ids{"a", "b", "a"});
  CHECK(world::read(middle) == ids{"a", "a"});
  CHECK(world::read(other) == ids{"b", "a"});
  CHECK(world::read(root).empty());
}

TEST_CASE("change_log: what is told of a call that moves waits until it has left") {
  world w;
  auto root = w.log.subscribe(customer_id{1}, w.now);
  auto middle = w.log.subscribe(customer_id{2}, w.now);
  const auto a = first("a", 22, call_state::idle);
  const auto up = with_state(a, call_state::connected); // of which its account has not heard yet
  const auto away = up->in_account(account_id{44});
  const auto last = with_state(away, call_state::disconnecting);
  w.append({}, a);
  CHECK(w.log.arrive(away, w.now) > w.log.position());
  CHECK(w.append(away, last) > w.log.position());
  w.append(a, up);
  w.log.depart(up, away, w.now, w.woken);
  std::vector<picture_change> told;
  change_log::read(root, 100, told);
  REQUIRE(told.size() == 4);
  for (std::size_t i = 1; i < told.size(); ++i)
    CHECK(told[i].before == told[i - 1].after);
  CHECK(told.back().after == last);
  CHECK(world::read(middle).size() == 3); // the last is none of this customer's
}

TEST_CASE("change_log: a call that goes on while it still leaves is told once it has left all") {
  world w;
  auto root = w.log.subscribe(customer_id{1}, w.now);
  const auto a = first("a", 22);
  const auto b = a->in_account(account_id{33});
  const auto c = b->in_account(account_id{44});
  w.append({}, a);
  w.log.arrive(b, w.now);
  w.log.arrive(c, w.now);
  w.log.depart(b, c, w.now, w.woken);
  CHECK(world::read(root).size() == 1);
  SUBCASE("as it is then") {
    w.log.depart(a, b, w.now, w.woken);
    std::vector<picture_change> told;
    change_log::read(root, 100, told);
    REQUIRE(told.size() == 2);
    CHECK(told[0].before == a);
    CHECK(told[1].after == c);
  }
  SUBCASE("or as let go") {
    w.log.let_go(c, w.now, w.woken);
    w.log.depart(a, b, w.now, w.woken);
    std::vector<picture_change> told;
    change_log::read(root, 100, told);
    REQUIRE(told.size() == 3);
    CHECK(told[2].let_go);
  }
}

TEST_CASE("change_log: a call that goes on is told up to what the first of its accounts shows") {
  world w;
  auto root = w.log.subscribe(customer_id{1}, w.now);
  const auto a = first("a", 22);
  const auto b = a->in_account(account_id{33});
  const auto last = b->disconnecting(); // of which the account has not heard yet
  const auto c = last->in_account(account_id{44});
  const auto over = dead(c);
  w.append({}, a);
  w.log.arrive(b, w.now);
  w.log.arrive(c, w.now);
  w.append(c, over);
  w.log.depart(a, b, w.now, w.woken);
  w.append(b, last);
  CHECK(world::read(root).size() == 3);
  w.log.depart(last, c, w.now, w.woken);
  std::vector<picture_change> told;
  change_log::read(root, 100, told);
  REQUIRE(told.size() == 2);
  CHECK(told[0].before == last);
  CHECK(told[1].after == over);
}

TEST_CASE("change_log: who left for where nobody saw it come does not end a later move") {
  world w;
  const auto a = first("a", 22);
  const auto b = a->in_account(account_id{33}); // nobody watches yet
  const auto c = b->in_account(account_id{44});
  auto root = w.log.subscribe(customer_id{1}, w.now);
  w.log.arrive(c, w.now);
  w.log.depart(a, b, w.now, w.woken);
  std::vector<picture_change> told;
  change_log::read(root, 100, told);
  REQUIRE(told.size() == 1);
  CHECK(told[0].departed);
  CHECK(told[0].after == b);
  w.log.depart(b, c, w.now, w.woken);
  change_log::read(root, 100, told);
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[1].departed);
  CHECK(told[1].before == b);
  CHECK(told[1].after == c);
}

TEST_CASE("change_log: what left for another account is kept for who comes back, as ends are") {
  world w;
  auto root = w.log.subscribe(customer_id{1}, w.now);
  const auto a = first("a", 22);
  const auto b = first("b", 22);
  w.append({}, a);
  w.append({}, b);
  const auto before = w.log.position();
  w.log.arrive(a->in_account(account_id{21}), w.now);
  w.log.depart(a, a->in_account(account_id{21}), w.now, w.woken);
  w.append(b, dead(b));
  const auto between = w.log.position() - 1;
  const auto kept = [&](std::uint64_t after) {
    ids all;
    w.log.each_kept(after, [&](const picture_change& one) { all.emplace_back(one.after->id()); });
    return all;
  };
  CHECK(kept(before) == ids{"sbc-1:a", "sbc-1:b"});
  CHECK(kept(between) == ids{"sbc-1:b"});
  CHECK(kept(w.log.position()).empty());
}

TEST_CASE("change_log: readers of one topic go at their own pace, over many blocks") {
  world w;
  w.log.set_bounds({.behind = 5000});
  auto slow = w.log.subscribe(customer_id{1}, w.now);
  auto fast = w.log.subscribe(customer_id{1}, w.now);
  ids all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back(std::to_string(i));
    w.append({}, first(all.back(), 22));
    CHECK(world::read(fast) == ids{all.back()});
  }
  CHECK(w.log.behind(slow) == 1000);
  ids read;
  while (w.log.behind(slow) > 0)
    for (auto& id : world::read(slow, 77))
      read.push_back(std::move(id));
  CHECK(read == all);
}

TEST_CASE("change_log: a reader that is too far behind is lost") {
  world w;
  auto who = w.log.subscribe(customer_id{1}, w.now);
  for (int i = 0; i < 10; ++i)
    w.append({}, first(std::to_string(i), 22));
  CHECK_FALSE(w.log.is_lost(who));
  w.append({}, first("more", 22));
  CHECK(w.log.is_lost(who));
}

TEST_CASE("change_log: who waits is woken by the next change of its topic, once") {
  world w;
  auto two = w.log.subscribe(customer_id{2}, w.now);
  auto four = w.log.subscribe(customer_id{4}, w.now);
  CHECK(change_log::await(two, 7));
  CHECK(change_log::await(four, 8));
  w.append({}, first("a", 33));
  CHECK(w.woken == std::vector<std::uint64_t>{7});
  CHECK_FALSE(change_log::await(two, 7)); // there is something to read
  w.append({}, first("b", 33));
  CHECK(w.woken == std::vector<std::uint64_t>{7});
}

TEST_CASE("change_log: ends and leaves are kept, for as long and as many as may be") {
  world w;
  auto who = w.log.subscribe(customer_id{1}, w.now);
  const auto since = w.log.position();
  const auto a = first("a", 33);
  const auto b = first("b", 33);
  const auto c = first("c", 33);
  w.append({}, a);
  w.append(a, dead(a));
  w.append(b, b->in_account(account_id{44})); // to another customer
  w.append(c, with_state(c, call_state::disconnecting));
  ids kept;
  const auto note = [&kept](const picture_change& change) { kept.emplace_back(change.after->local_id()); };
  REQUIRE(w.log.reaches_back_to(since));
  w.log.each_kept(since, note);
  CHECK(kept == ids{"a", "b"});
  kept.clear();
  w.log.each_kept(2, note);
  CHECK(kept == ids{"b"});

  SUBCASE("not after `keep`") {
    w.now += 61s;
    w.append({}, first("d", 33));
    CHECK_FALSE(w.log.reaches_back_to(since));
    CHECK(w.log.reaches_back_to(w.log.position()));
  }
  SUBCASE("not more than fit") {
    for (int i = 0; i < 100; ++i)
      w.append(a, dead(a));
    CHECK_FALSE(w.log.reaches_back_to(since));
    std::size_t count = 0;
    w.log.each_kept(0, [&](const picture_change&) { ++count; });
    CHECK(count > 10);
    CHECK(count < 50);
  }
  SUBCASE("and for `keep` after the last reader has gone") {
    w.log.leave(who, w.now);
    w.now += 59s;
    CHECK(w.append(c, dead(c)) != 0);
    CHECK(w.log.reaches_back_to(since));
    w.now += 2s;
    CHECK(w.append({}, first("e", 33)) == 0);
    CHECK_FALSE(w.log.reaches_back_to(since));
    w.log.subscribe(customer_id{1}, w.now);
    CHECK_FALSE(w.log.reaches_back_to(since)); // what happened meanwhile is not known
    CHECK(w.log.reaches_back_to(w.log.position()));
  }
  SUBCASE("not over a time in which nothing was written, though everything was read before") {
    const auto last = w.log.position();
    w.log.leave(who, w.now);
    w.now += 61s;
    CHECK(w.append(c, dead(c)) == 0);
    w.log.subscribe(customer_id{1}, w.now);
    CHECK_FALSE(w.log.reaches_back_to(last));
    CHECK(w.log.reaches_back_to(w.log.position()));
  }
  SUBCASE("nothing can be said of the future") { CHECK_FALSE(w.log.reaches_back_to(w.log.position() + 1)); }
}

TEST_CASE("change_log: topics go with their last reader") {
  world w;
  auto a = w.log.subscribe(customer_id{2}, w.now);
  auto b = w.log.subscribe(customer_id{2}, w.now);
  CHECK(w.log.topics() == 1);
  w.log.leave(a, w.now);
  CHECK(w.log.topics() == 1);
  w.log.leave(b, w.now);
  CHECK(w.log.topics() == 0);
  CHECK_FALSE(b.reads());
}

TEST_CASE("change_log: a directory that says something else of what was told begins another generation") {
  world w;
  const auto before = w.log.generation();
  auto entries = sample()->entries();
  SUBCASE("not one with new entries, or without an account") {
    entries.accounts.push_back({account_id{99}, customer_id{3}, "new"});
    entries.accounts.erase(entries.accounts.begin());
    w.log.set_directory(directory::link(entries));
    CHECK(w.log.generation() == before);
  }
  SUBCASE("but one with another name, or another tree") {
    SUBCASE("of a customer") { entries.customers.back().name = "another"; }
    SUBCASE("of an account") { entries.accounts.back().username = "another"; }
    SUBCASE("where a customer is elsewhere") { entries.customers.back().wholesaler = customer_id{2}; }
    SUBCASE("or a connection that calls may have borne before") {
      entries.vendors.push_back({vendor_id{1}, "carrier"});
      entries.connections.push_back({connection_id{7}, vendor_id{1}, "gateway"});
    }
    w.log.set_directory(directory::link(entries));
    CHECK(w.log.generation() == before + 1);
  }
  SUBCASE("and an account with calls that changed hands") {
    w.log.account_moved();
    CHECK(w.log.generation() == before + 1);
  }
}

} // namespace rollcall::change_log_test
