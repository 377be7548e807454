#include "domain/watch/change_queue.hpp"
#include "tests/unit/watch_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
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

TEST_CASE("change_queue: what the log tells late of a hidden call is not told") {
  auto query = all_of(2);
  query.filter.states.add(call_state::connected);
  change_queue queue{query, sample(), plenty};
  const auto a = first("a", 22);
  const auto moved = a->in_account(account_id{33});
  auto now = dead(moved);
  SUBCASE("that is over") {}
  SUBCASE("that the filter does not select any more") { now = moved->disconnecting(); }
  SUBCASE("that went on to a third account") { now = moved->in_account(account_id{44}); }
  queue.list({}, 1, {{now, a}});
  CHECK(told_by(queue).empty());
  CHECK(queue.empty());
  queue.take({2, a, moved}); // the former account has heard of it
  queue.take({3, moved, now});
  CHECK(told_by(queue).empty());
  for (const auto& [of, count] : queue.held())
    CHECK(count == 0);
}

TEST_CASE("change_queue: a call is had that was listed in a newer picture than the log tells") {
  auto query = all_of(1);
  query.filter.states.add(call_state::connected);
  change_queue queue{query, sample(), plenty};
  const auto a = first("a", 22, call_state::idle);
  const auto moved = a->in_account(account_id{33});
  const auto up = with_state(moved, call_state::connected);
  queue.list({up}, 1);
  told_by(queue);
  queue.take({2, a, moved});
  queue.take({3, moved, with_state(up, call_state::disconnecting)});
  CHECK(told_by(queue) == texts{"leave a"});
  CHECK(queue.held().begin()->second == 0);
}

TEST_CASE(
    "change_queue: a call has left that nobody saw come where it went, and that is not there any more") {
  const auto a = first("a", 22, call_state::idle);
  const auto up = with_state(a, call_state::connected);
  const auto moved = up->in_account(account_id{33});
  SUBCASE("whether it was listed") {
    change_queue queue{all_of(2), sample(), plenty};
    queue.list({up}, 0);
    told_by(queue);
    queue.take({1, up, moved, false, true});
    CHECK(told_by(queue) == texts{"leave a"});
    CHECK(queue.held().begin()->second == 0);
  }
  SUBCASE("or was shown later") {
    auto query = all_of(2);
    query.filter.states.add(call_state::connected);
    watched w{query};
    w.take(a, up);
    CHECK(told_by(w.queue) == texts{"call a"});
    w.queue.take({2, up, moved, false, true});
    CHECK(told_by(w.queue) == texts{"leave a"});
    CHECK(w.queue.held().begin()->second == 0);
  }
  SUBCASE("or is told to who comes back") {
    change_queue queue{all_of(2), sample(), plenty};
    queue.resume({}, {}, {{1, up, moved, false, true}}, 1);
    CHECK(told_by(queue) == texts{"leave a"});
  }
  SUBCASE("but not when it is there") {
    change_queue queue{all_of(2), sample(), plenty};
    SUBCASE("as a list has it") { queue.list({moved}, 0); }
    SUBCASE("as who comes back has it") { queue.resume({moved}, {}, {{1, up, moved, false, true}}, 1); }
    SUBCASE("or was, long ago") {
      queue.list({moved}, 0);
      told_by(queue);
      queue.settle();
    }
    told_by(queue);
    queue.take({1, up, moved, false, true});
    CHECK(told_by(queue).empty());
    CHECK(queue.held().begin()->second == 1);
  }
}

TEST_CASE("change_queue: who comes back is told what has become of a hidden call that he may have") {
  change_queue queue{all_of(2), sample(), plenty};
  const auto a = first("a", 22);
  const auto moved = a->in_account(account_id{33});
  SUBCASE("it has left") {
    const auto left = moved->in_account(account_id{44});
    queue.resume({}, {}, {}, 1, {{left, a}});
    CHECK(told_by(queue) == texts{"leave a"});
    queue.take({2, a, moved}); // the former account has heard of it
    queue.take({3, moved, left});
    CHECK(told_by(queue).empty());
  }
  SUBCASE("it has changed before it left") {
    queue.resume({}, {a}, {}, 1, {{moved->in_account(account_id{44}), {}}});
    CHECK(told_by(queue) == texts{"leave a"});
  }
  SUBCASE("it is over") {
    const auto over = dead(moved);
    queue.resume({}, {over}, {}, 1, {{over, a}});
    CHECK(told_by(queue) == texts{"call a", "end a"});
    queue.take({2, a, moved});
    queue.take({3, moved, over});
    CHECK(told_by(queue).empty());
  }
  SUBCASE("it was over before he went") {
    const auto over = dead(moved);
    queue.resume({}, {}, {}, 1, {{over, a}});
    queue.take({2, a, moved});
    queue.take({3, moved, over});
    CHECK(told_by(queue).empty());
  }
  SUBCASE("it is over and forgotten, which the log will tell") {
    queue.resume({}, {}, {}, 1, {{a, a, true}});
    CHECK(told_by(queue).empty());
    queue.take({2, a, moved});
    queue.take({3, moved, dead(moved)});
    CHECK(told_by(queue) == texts{"end a"});
  }
  for (const auto& [of, count] : queue.held())
    CHECK(count == 0);
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

} // namespace rollcall::change_queue_test
