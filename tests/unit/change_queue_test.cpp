#include "domain/base/random.hpp"
#include "domain/watch/change_log.hpp"
#include "domain/watch/change_queue.hpp"
#include "tests/unit/watch_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rollcall::change_queue_test {

using namespace watch_fixture;
using kind = change_queue::kind;

namespace {

constexpr std::size_t plenty = 100'000'000;

std::string text_of(const change_queue::told& one) {
  const auto what = one.what == kind::call ? "call " : one.what == kind::end ? "end " : "leave ";
  return what + std::string{one.record->local_id()} + (one.asked ? " asked" : "")
         + (one.unseen ? " unseen" : "");
}

std::vector<std::string> told_by(change_queue& queue) {
  std::vector<std::string> all;
  for (change_queue::told one; queue.next(one);)
    all.push_back(text_of(one));
  return all;
}

using texts = std::vector<std::string>;

/// A queue behind a snapshot without calls.
struct watched {
  explicit watched(call_query query = all_of(1)) : queue(std::move(query), sample(), plenty) {
    queue.list({}, 0);
  }
  void take(record_ptr before, record_ptr after) {
    queue.take({++position, std::move(before), std::move(after)});
  }
  std::uint64_t position = 0;
  change_queue queue;
};

} // namespace

TEST_CASE("change_queue: a snapshot tells what is shown, and nothing else") {
  change_queue queue{all_of(2), sample(), plenty};
  const auto over = first("over", 22);
  queue.list({first("a", 22), first("foreign", 44), dead(over), first("b", 33)}, 0);
  CHECK_FALSE(queue.is_listed());
  CHECK(told_by(queue) == texts{"call a", "call b"});
  CHECK(queue.empty());
  REQUIRE(queue.held().begin() != queue.held().end());
  CHECK(queue.held().begin()->second == 2);
}

TEST_CASE("change_queue: a call waits once, and is told as it is") {
  watched w;
  const auto a = first("a", 11, call_state::idle);
  const auto up = with_state(a, call_state::connected);
  w.take({}, a);
  w.take({}, first("b", 11));
  w.take(a, up);
  change_queue::told one;
  REQUIRE(w.queue.next(one));
  CHECK(one.record == up);
  CHECK(told_by(w.queue) == texts{"call b"});
}

TEST_CASE("change_queue: an end is told even of a call that nobody was told of") {
  watched w;
  const auto a = first("a", 11);
  w.take({}, a);
  w.take(a, dead(a));
  CHECK(told_by(w.queue) == texts{"call a", "end a"});
  CHECK(w.queue.held().begin()->second == 0);
}

TEST_CASE("change_queue: an end says whether it was asked for, and whether it was seen") {
  watched w;
  const auto a = first("a", 11);
  const auto b = first("b", 11);
  const auto hung_up = a->disconnecting();
  w.take({}, a);
  w.take({}, b);
  told_by(w.queue);
  w.take(a, hung_up);
  w.take(hung_up, dead(hung_up));
  w.take(b, dead(b, true));
  CHECK(told_by(w.queue) == texts{"end a asked", "end b unseen"});
}

TEST_CASE(
    "change_queue: a call that goes where it is not shown leaves, and nothing is told of it afterwards") {
  watched w{all_of(2)};
  const auto a = first("a", 22);
  w.take({}, a);
  told_by(w.queue);
  const auto away = a->in_account(account_id{44});
  w.take(a, away);
  w.take(away, dead(away)); // none of this watcher's business
  CHECK(told_by(w.queue) == texts{"leave a"});
  w.take(away, dead(away));
  CHECK(w.queue.empty());
}

TEST_CASE("change_queue: a call that came and left untold is not told") {
  watched w{all_of(2)};
  const auto a = first("a", 22);
  w.take({}, a);
  w.take(a, a->in_account(account_id{44}));
  CHECK(told_by(w.queue).empty());
}

TEST_CASE("change_queue: a filter is a scope of its own") {
  auto query = all_of(1);
  query.filter.states.add(call_state::connected);
  watched w{query};
  const auto a = first("a", 11, call_state::idle);
  const auto up = with_state(a, call_state::connected);
  const auto down = up->disconnecting();
  w.take({}, a);
  CHECK(w.queue.empty());
  w.take(a, up);
  CHECK(told_by(w.queue) == texts{"call a"});
  w.take(up, down);
  CHECK(told_by(w.queue) == texts{"leave a"});
  w.take(down, dead(down));
  CHECK(w.queue.empty());
}

TEST_CASE("change_queue: a call that a snapshot names after its end was told is back") {
  watched w;
  const auto a = first("a", 11);
  const auto over = dead(a);
  w.take({}, a);
  w.take(a, over);
  told_by(w.queue);
  w.take(over, with_state(over, call_state::connected));
  CHECK(told_by(w.queue) == texts{"call a"});
}

TEST_CASE("change_queue: what the snapshot has yet to reach is replaced there") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto a = first("a", 11);
  const auto b = first("b", 11);
  const auto c = first("c", 11);
  queue.list({a, b, c}, 0);
  change_queue::told one;
  REQUIRE(queue.next(one));
  CHECK(one.record == a);
  const auto newer = b->disconnecting();
  queue.take({1, b, newer});
  queue.take({2, c, dead(c)});
  CHECK(told_by(queue) == texts{"call c", "end c", "call b"}); // nobody's end is kept back
  CHECK(queue.held().begin()->second == 2);
}

TEST_CASE("change_queue: changes that the snapshot has already change nothing") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto a = first("a", 11, call_state::idle);
  const auto up = with_state(a, call_state::connected);
  const auto gone = first("gone", 11);
  queue.list({up}, 3);
  queue.take({1, {}, a});
  queue.take({2, a, up});
  queue.take({3, gone, dead(gone)}); // over before it was asked for
  CHECK(told_by(queue) == texts{"call a"});
}

TEST_CASE("change_queue: calls of one switch are listed again without the others") {
  change_queue queue{all_of(1), sample(), plenty};
  queue.list({first("a", 11), first("x", 11, call_state::connected, "sbc-2")}, 0);
  told_by(queue);
  const auto late = first("late", 11);
  queue.take({1, {}, late});
  queue.list(switch_name{"sbc-2"}, {first("y", 11, call_state::connected, "sbc-2"), first("not of it", 11)},
             1);
  CHECK(told_by(queue) == texts{"call late", "call y"});
  for (const auto& [source, count] : queue.held())
    CHECK(count == (source->name.value() == "sbc-1" ? 2 : 1));
}

TEST_CASE("change_queue: who comes back may be told the calls of one switch again at once") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto a = first("a", 11);
  const auto x = first("x", 11, call_state::connected, "sbc-2");
  queue.resume({a, x}, {}, {}, 0);
  queue.list(switch_name{"sbc-2"}, {x}, 0);
  CHECK(told_by(queue) == texts{"call x"});
  for (const auto& [source, count] : queue.held())
    CHECK(count == 1);
}

TEST_CASE("change_queue: who comes back is told of a call that came meanwhile before its end") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto a = first("a", 11);
  queue.resume({a}, {a}, {}, 1);
  queue.take({2, a, dead(a), false});
  CHECK(told_by(queue) == texts{"call a", "end a"});
  CHECK(queue.held().begin()->second == 0);
}

TEST_CASE("change_queue: who comes back is told the newer picture of a call that two accounts show") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto before = first("a", 11);
  const auto now = before->in_account(account_id{22});
  std::vector<record_ptr> changed{before, now};
  SUBCASE("when the former account answers first") {}
  SUBCASE("and when it answers last") { std::swap(changed[0], changed[1]); }
  queue.resume({now}, changed, {}, 1);
  change_queue::told one;
  REQUIRE(queue.next(one));
  CHECK(one.record == now);
  CHECK_FALSE(queue.next(one));
  queue.take({2, before, now}); // the former account has heard of it, too
  CHECK_FALSE(queue.next(one));
  CHECK(queue.held().begin()->second == 1);
}

TEST_CASE("change_queue: calls that are let go are not told, and what was told of their switch is void") {
  change_queue queue{all_of(1), sample(), plenty};
  const auto a = first("a", 11);
  queue.list({a}, 0);
  const auto untold = first("untold", 11);
  queue.take({1, {}, untold, false});
  queue.take({2, untold, untold, true});
  CHECK(queue.take_distrusted().empty());
  CHECK(told_by(queue) == texts{"call a"});
  queue.take({3, a, a, true});
  const auto distrusted = queue.take_distrusted();
  REQUIRE(distrusted.size() == 1);
  CHECK(distrusted.front()->name == switch_name{"sbc-1"});
  CHECK(told_by(queue).empty());
  CHECK(queue.held().begin()->second == 0);
}

TEST_CASE("change_queue: a call says whether it is new to the mirror, and whether another had its ID") {
  watched w;
  const auto a = first("a", 11, call_state::wait_route);
  call_event reborn;
  reborn.id = "a";
  reborn.setup = reborn.received = timestamp{1'500s};
  reborn.account = account_id{22};
  reborn.reuses_id = true;
  const auto b = call_record::first(source(), reborn);
  w.take({}, a);
  change_queue::told one;
  REQUIRE(w.queue.next(one));
  CHECK(one.fresh);
  CHECK_FALSE(one.reuses_id);
  const auto up = with_state(a, call_state::connected);
  w.take(a, up);
  REQUIRE(w.queue.next(one));
  CHECK_FALSE(one.fresh);
  w.take({}, b);
  w.take(b, with_state(b, call_state::connected));
  REQUIRE(w.queue.next(one));
  CHECK(one.fresh);
  CHECK(one.reuses_id);
}

TEST_CASE("change_queue: a snapshot that is told takes no memory, nor does one that is given up") {
  change_queue queue{all_of(1), sample(), plenty};
  std::vector<record_ptr> calls;
  for (int i = 0; i < 100; ++i)
    calls.push_back(first(std::to_string(i), 11));
  queue.list(calls, 0);
  CHECK(queue.snapshot_bytes() > 100 * sizeof(void*));
  SUBCASE("told") {
    told_by(queue);
    queue.settle();
  }
  SUBCASE("given up") { queue.list({}, 0); }
  CHECK(queue.snapshot_bytes() == 0);
}

TEST_CASE("change_queue: too much that waits is told by is_full") {
  change_queue queue{all_of(1), sample(), 2000};
  queue.list({}, 0);
  for (int i = 0; !queue.is_full(); ++i) {
    REQUIRE(i < 100);
    queue.take({1, {}, first(std::to_string(i), 11)});
  }
  told_by(queue);
  CHECK_FALSE(queue.is_full());
  CHECK(queue.bytes() == 0);
}

namespace {

/// Calls that change at random, and what a list would show of them at each moment.
class model {
public:
  explicit model(std::uint64_t seed) : random_{seed} { log.set_directory(sample()); }

  void step() {
    constexpr std::int64_t accounts[] = {11, 22, 33, 44};
    const auto account = account_id{accounts[random_.below(4)]};
    if (calls_.size() < 20 && random_.chance(0.3)) {
      auto record = first(std::to_string(++ids_), account.value(), call_state::idle,
                          random_.chance(0.5) ? "sbc-1" : "sbc-2");
      change({}, record, calls_[record->serial()]);
    } else if (!calls_.empty()) {
      auto one = calls_.begin();
      std::advance(one, random_.below(calls_.size()));
      auto& now = one->second;
      const auto before = now;
      if (before->state() != call_state::dead && random_.chance(lets_go)) {
        log.let_go(before, {}, woken_); // another node has it now
        calls_.erase(one);
      } else if (before->state() == call_state::dead) {
        if (random_.chance(0.2))
          change(before, with_state(before, call_state::connected), now);
        else
          calls_.erase(one); // forgotten
      } else if (random_.chance(0.3)) {
        if (account != before->account())
          change(before, before->in_account(account), now);
      } else if (auto next = with_state(before, later(before->state()))) {
        change(before, std::move(next), now);
      } else {
        change(before, dead(before), now);
      }
    }
  }

  /// Each account of the scope as it was at some moment of its own among the next `steps`.
  std::vector<record_ptr> gather(std::int64_t scope, std::size_t steps) {
    std::map<std::uint64_t, record_ptr> seen;
    std::map<std::int64_t, bool> asked; // account
    std::vector<record_ptr> all;
    const auto ask = [&](std::int64_t account) {
      const auto look = [&](const record_ptr& record) {
        if (record->account().value() != account)
          return;
        auto& known = seen[record->serial()];
        if (!known || known->revision() < record->revision())
          known = record;
      };
      for (const auto& [serial, record] : calls_)
        look(record);
    };
    std::map<std::int64_t, std::size_t> when;
    for (const std::int64_t account : {11, 22, 33, 44})
      if (scope == 1 || account == 22 || account == 33)
        when[account] = random_.below(steps + 1);
    for (std::size_t i = 0; i <= steps; ++i) {
      for (const auto& [account, at] : when)
        if (at == i)
          ask(account);
      if (i < steps)
        step();
    }
    // Movers between accounts: a list has each once, and never misses one (call_list).
    for (const auto& [serial, record] : calls_)
      if (!seen.contains(serial) && moved_.contains(serial))
        seen[serial] = record;
    for (auto& [serial, record] : seen)
      if (calls_.contains(serial) || record->state() != call_state::dead)
        all.push_back(record);
    return all;
  }

  std::map<std::string, record_ptr> shown(const call_query& query) const {
    std::map<std::string, record_ptr> all;
    for (const auto& [serial, record] : calls_)
      if (shows(query, *sample(), *record))
        all[std::string{record->id()}] = record;
    return all;
  }

  sim_random& dice() { return random_; }

  double lets_go = 0; ///< how likely a change is that

  change_log log;

private:
  /// The same state, or one of the next two.
  call_state later(call_state than) {
    constexpr std::uint64_t last = static_cast<std::uint64_t>(call_state::dead);
    return static_cast<call_state>(std::min(static_cast<std::uint64_t>(than) + random_.below(3), last));
  }

  void change(const record_ptr& before, record_ptr after, record_ptr& now) {
    if (before && before->account() != after->account()) {
      moved_.insert(after->serial());
      log.arrive(after, {});
      log.depart(before, after, {}, woken_);
    } else {
      log.append(before, after, {}, woken_);
    }
    now = std::move(after);
  }

  sim_random random_;
  std::uint64_t ids_ = 0;
  std::map<std::uint64_t, record_ptr> calls_; ///< by serial
  std::set<std::uint64_t> moved_;
  std::vector<std::uint64_t> woken_;
};

/// What a client makes of what it is told.
struct mirror {
  void apply(const change_queue::told& one, bool strict) {
    const auto id = std::string{one.record->id()};
    if (one.what == kind::call)
      calls[id] = one.record;
    else if (calls.erase(id) == 0 && strict)
      FAIL(text_of(one), " of a call that was not told");
  }
  std::map<std::string, record_ptr> calls;
};

} // namespace

TEST_CASE("change_queue: whenever all is told, the mirror is what is shown") {
  CHECK(rc::check([](std::uint64_t seed) {
    model world{seed};
    auto& dice = world.dice();
    world.lets_go = dice.chance(0.5) ? 0.1 : 0;
    auto query = all_of(dice.chance(0.5) ? 1 : 2);
    if (dice.chance(0.5))
      for (const auto state : {call_state::idle, call_state::connected})
        query.filter.states.add(state);
    for (int i = 0; i < 30; ++i)
      world.step();
    change_queue queue{query, sample(), plenty};
    mirror client;
    auto reader = world.log.subscribe(query.scope, {});
    auto listed = world.gather(query.scope.value(), dice.below(10));
    queue.list(std::move(listed), world.log.position());
    std::vector<picture_change> changes;
    std::function<void(std::size_t)> read;
    const auto catch_up = [&] { // with what happened while a list was made, before anything is told
      while (world.log.behind(reader) > 0)
        read(3);
    };
    read = [&](std::size_t most) {
      changes.clear();
      change_log::read(reader, most, changes);
      for (const auto& one : changes)
        queue.take(one);
    };
    const auto list_again = [&] { // false when nothing had to be
      bool listed_any = false;
      for (auto void_of = queue.take_distrusted(); !void_of.empty(); void_of = queue.take_distrusted())
        for (const auto* const source : void_of) {
          listed_any = true;
          std::erase_if(client.calls, [&](const auto& one) { return &one.second->source() == source; });
          auto calls = world.gather(query.scope.value(), dice.below(5));
          queue.list(source->name, std::move(calls), world.log.position());
          catch_up();
        }
      return listed_any;
    };
    catch_up();
    change_queue::told one;
    for (int i = 0; i < 200; ++i) {
      switch (dice.below(4)) {
      case 0:
        world.step();
        break;
      case 1:
        read(1 + dice.below(5));
        break;
      default:
        list_again();
        if (queue.next(one))
          client.apply(one, true);
      }
      if (i % 20 != 19)
        continue;
      do {
        read(1000);
      } while (list_again());
      while (queue.next(one))
        client.apply(one, true);
      RC_ASSERT(client.calls == world.shown(query));
      std::size_t held = 0;
      for (const auto& [source, count] : queue.held())
        held += count;
      RC_ASSERT(held == client.calls.size());
    }
    world.log.leave(reader, {});
  }));
}

TEST_CASE("change_queue: who comes back is told what makes the mirror right, and of each end") {
  CHECK(rc::check([](std::uint64_t seed) {
    model world{seed};
    auto& dice = world.dice();
    auto query = all_of(dice.chance(0.5) ? 1 : 2);
    if (dice.chance(0.5))
      for (const auto state : {call_state::idle, call_state::connected})
        query.filter.states.add(state);
    auto keeper = world.log.subscribe(customer_id{1}, {}); // somebody else watches all the time
    for (int i = 0; i < 30; ++i)
      world.step();
    mirror client{world.shown(query)};
    const auto since = world.log.position();
    for (auto i = dice.below(60); i > 0; --i)
      world.step();
    change_queue queue{query, sample(), plenty};
    auto reader = world.log.subscribe(query.scope, {});
    auto listed = world.gather(query.scope.value(), dice.below(10));
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> positions; // of each picture
    std::vector<picture_change> changes;
    change_log::read(keeper, 1'000'000, changes);
    for (const auto& change : changes)
      positions[{change.after->serial(), change.after->revision()}] = change.position;
    std::vector<record_ptr> changed;
    for (const auto& record : listed)
      // One that is on its way between accounts has no position yet.
      if (const auto at = positions.find({record->serial(), record->revision()});
          at == positions.end() || at->second > since)
        changed.push_back(record);
    std::vector<picture_change> gone;
    world.log.each_kept(since, [&](const picture_change& change) { gone.push_back(change); });
    queue.resume(listed, changed, gone, world.log.position());
    const auto read_all = [&] {
      changes.clear();
      change_log::read(reader, 1'000'000, changes);
      for (const auto& one : changes)
        queue.take(one);
    };
    read_all();
    change_queue::told one;
    while (queue.next(one))
      client.apply(one, false);
    RC_ASSERT(client.calls == world.shown(query));
    std::size_t held = 0;
    for (const auto& [source, count] : queue.held())
      held += count;
    RC_ASSERT(held == client.calls.size());
    for (int i = 0; i < 30; ++i)
      world.step();
    read_all();
    while (queue.next(one))
      client.apply(one, true);
    RC_ASSERT(client.calls == world.shown(query));
    world.log.leave(reader, {});
  }));
}

} // namespace rollcall::change_queue_test
