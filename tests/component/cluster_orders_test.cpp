#include "cluster_world.hpp"

#include <limits>
#include <random>

// An order does not outlive its answer: a node that stood still, or was cut off, when it was told to hang up
// does not do so later, when the calls are others.

namespace rollcall::testing::cluster_orders_test {

namespace {

constexpr auto patience = defaults::disconnect_deadline + defaults::disconnect_grace;

/// node-a is asked, node-b has a switch with a call of account 11.
struct ordered : cluster_world {
  switch_wire switch_of_b = switched_on(1, "sbc-2");

  ordered() {
    switched_on(0, "sbc-1"); // one that has not told its calls counts as away
    tell(switch_of_b, call{"1"}.in(11));
    advance(1s);
  }
  const lines& hung_up() const { return switch_of_b.at->hung_up; }
};

cluster_disconnect_answer
report_of(const std::shared_ptr<std::optional<caf::expected<cluster_disconnect_answer>>>& answer) {
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  return ***answer;
}

} // namespace

TEST_CASE_FIXTURE(ordered, "an order that arrives after its answer was given hangs nothing up") {
  for (const auto& [request, calls] : {std::pair{hang_up_account(11), 0U}, {hang_up_call("sbc-2:1"), 1U}}) {
    between(0, 1).held_to = {1};
    const auto answer = ask_disconnect(0, request);
    advance(patience - 125ms);
    CHECK_FALSE(answer->has_value()); // it could still be begun
    advance(125ms);
    const auto told = report_of(answer);
    CHECK(told.doubtful == std::vector<doubtful_node>{{"node-b", calls}});
    CHECK(told.sent == 0);
    tell(switch_of_b, call{"2"}.in(11));
    between(0, 1).release();
    advance(1s);
    CHECK(hung_up().empty());
    CHECK(sites[1].context->metrics.disconnects_expired > 0);
    heal(0, 1);
    advance(3s);
  }
}

TEST_CASE_FIXTURE(ordered, "an order expires by the clock of the node that carries it out, and by no other") {
  SUBCASE("that one stood still after it told its clock") {
    sites[1].booted += defaults::disconnect_deadline;
    const auto told = report_of(ask_disconnect(0, hang_up_account(11)));
    CHECK(hung_up().empty());
    CHECK(told.late == lines{"node-b"});
    CHECK(told.covers.missing == lines{"node-b"});
    CHECK(told.doubtful.empty()); // it has said that it has begun nothing
  }
  SUBCASE("the time of day, and what other machines have, do not matter") {
    wall += 24h;
    sites[0].booted -= 1h;
    advance(2s);
    CHECK(disconnect(0, [](auto& r) { r.account = account_id{11}; }).sent == 1);
    CHECK(hung_up() == lines{"1"});
  }
}

TEST_CASE_FIXTURE(ordered,
                  "calls that began after the request are not hung up by an order that was under way") {
  between(0, 1).held_to = {1};
  const auto answer = ask_disconnect(0, hang_up_account(11));
  advance(1s);
  tell(switch_of_b, call{"2"}.in(11));
  between(0, 1).release();
  run();
  CHECK(hung_up() == lines{"1"});
  const auto told = report_of(answer);
  CHECK(told.sent == 1);
  CHECK(told.failed == 0);
}

TEST_CASE_FIXTURE(ordered, "where a switch moves under an order, calls are meant by when they were set up") {
  between(0, 1).held_to = {1};
  between(0, 2).held_to = {2};
  const auto answer = ask_disconnect(0, hang_up_account(11));
  advance(1s);
  tell(switch_of_b, call{"2"}.in(11)); // after the request
  const auto moved = *attach(2, "sbc-2", 2);
  between(0, 1).release();
  between(0, 2).release();
  run();
  CHECK(hung_up().empty());
  CHECK(moved.at->hung_up == lines{"1"});
  const auto told = report_of(answer);
  CHECK(told.sent == 1);
  CHECK(told.failed == 0);
}

TEST_CASE_FIXTURE(ordered,
                  "an order with times that cannot be hangs nothing up, or has no longer than any other") {
  using numbers = std::numeric_limits<std::int64_t>;
  auto& node = sites[1];
  const auto now = node.context->boottime().time_since_epoch().count();
  const auto order = [&](std::int64_t arrived, std::int64_t expires) {
    wire::disconnect_order told;
    told.scope = 1;
    told.account = {11};
    told.arrived = arrived;
    told.expires = expires;
    told.directory = dir->hash();
    const auto answer = ask<wire::disconnect_answer>(wire::member_actor{node.member}, told);
    return answer ? caf::error{} : answer.error();
  };
  CHECK(order(now, numbers::min()) == ec::expired);
  CHECK(order(now, -1) == ec::expired);
  CHECK(order(0, now + 1'000'000) == ec::expired);
  CHECK(order(-1, now + 1'000'000) == ec::expired);
  CHECK(order(numbers::min(), numbers::max()) == ec::expired);
  CHECK(hung_up().empty());
  CHECK_FALSE(order(now, numbers::max()));
  CHECK(hung_up() == lines{"1"});
}

TEST_CASE_FIXTURE(ordered, "an order whose answer is lost is reported as one that may have hung up calls") {
  between(0, 1).answers_lost_of = {1};
  const auto all = ask_disconnect(0, hang_up_account(11));
  CHECK(hung_up() == lines{"1"});
  advance(patience);
  CHECK(report_of(all).doubtful == std::vector<doubtful_node>{{"node-b", 0}});
}

TEST_CASE_FIXTURE(ordered, "a node with another directory refuses an order, and is missing") {
  auto entries = sample_entries();
  entry_of(entries.accounts, account_id{22}).customer = customer_id{4};
  self->send(sites[1].member, directory::link(std::move(entries)));
  const auto answer = ask_disconnect(0, hang_up_account(11));
  CHECK(hung_up().empty());
  CHECK(report_of(answer).covers.missing == lines{"node-b"});
  CHECK(report_of(answer).late.empty());
  self->send(sites[1].member, dir);
  CHECK(disconnect(0, [](auto& r) { r.account = account_id{11}; }).sent == 1);
}

TEST_CASE_FIXTURE(ordered,
                  "a switch that moved to a node which is missing is told as failed, not as without calls") {
  const auto moved = switched_on(1, "sbc-1", 5);
  tell(moved, call{"9"}.in(11));
  run();
  part(0, 1);
  advance(3s);
  const auto told = report_of(ask_disconnect(0, hang_up_account(11)));
  CHECK(told.sent == 0);
  CHECK(told.away == lines{"sbc-1", "sbc-2"});
  CHECK(told.failed == 2);
}

TEST_CASE("a node that was too late as a whole has failed, however much the others have hung up") {
  int met = 0;
  for (int steps = 0;; ++steps) {
    CAPTURE(steps);
    ordered w;
    auto request = w.hang_up_account(11);
    request.arrived = w.sites[0].context->boottime();
    const auto answer = w.ask_later<cluster_disconnect_answer>(w.sites[0].front, request);
    auto under_way = true;
    for (int i = 0; i < steps && under_way; ++i)
      if ((under_way = !w.sched.jobs.empty()))
        w.sched.run_once();
    w.sites[0].booted += defaults::disconnect_deadline;
    w.run();
    w.advance(patience);
    const auto told = report_of(answer);
    if (told.sent == 1 && told.late == ordered::lines{"node-a"}) {
      ++met;
      CHECK(told.failed == 1);
    }
    if (!under_way)
      break;
  }
  CHECK(met > 0);
}

TEST_CASE_FIXTURE(ordered, "a disconnect that was begun in time is repeated for as long as it takes") {
  CHECK(disconnect(0, [](auto& r) { r.account = account_id{11}; }).sent == 1);
  advance(2 * patience);
  CHECK(hung_up().size() >= 2);
}

namespace {

/// A node alone, with a call on its way to being hung up: `steps` messages were worked off.
struct stalled : world {
  switch_wire sbc = connected("sbc-1");
  std::minstd_rand random{1};

  stalled() { tell(sbc, call{"1"}.in(11)); }
  /// As the API asks, which knows when the request came.
  auto hang_up(disconnect_request request) {
    request.arrived = boottime;
    return ask_later<cluster_disconnect_answer>(front, request);
  }
  bool worked_off(int steps) {
    for (; steps > 0; --steps)
      if (!run_any(random))
        return false;
    return true;
  }
};

} // namespace

TEST_CASE("an order that waits within a node for longer than its deadline is not begun, wherever it waits") {
  for (const auto meant_by_id : {false, true})
    for (int steps = 0;; ++steps) {
      CAPTURE(steps);
      stalled w;
      const auto first = w.hang_up(meant_by_id ? w.hang_up_call("sbc-1:1") : w.hang_up_account(11));
      const auto under_way = w.worked_off(steps);
      const auto begun = w.sbc.at->hung_up;
      stalled::boottime += defaults::disconnect_deadline;
      w.run();
      CHECK(w.sbc.at->hung_up == begun);
      w.advance(patience);
      const auto told = report_of(first);
      CHECK(told.sent == begun.size());
      if (begun.empty() && told.doubtful.empty())
        CHECK(told.late == stalled::lines{"node-a"});
      // Who asks again, in time, is heard, whatever waits before.
      const auto again = w.hang_up(w.hang_up_account(11));
      w.run();
      CHECK(report_of(again).sent + begun.size() == 1);
      CHECK(w.sbc.at->hung_up.size() >= 1);
      if (!under_way)
        break;
    }
}

TEST_CASE("an expired order does not expire another one for the same call") {
  for (int steps = 0;; ++steps) {
    CAPTURE(steps);
    stalled w;
    const auto first = w.hang_up(w.hang_up_account(11));
    const auto under_way = w.worked_off(steps);
    const auto begun = w.sbc.at->hung_up.size();
    stalled::boottime += defaults::disconnect_deadline;
    const auto second = w.hang_up(w.hang_up_account(11));
    w.run();
    CHECK(w.sbc.at->hung_up == stalled::lines{"1"});
    CHECK(report_of(second).sent + begun == 1);
    w.advance(patience);
    CHECK(report_of(first).sent == begun);
    if (!under_way)
      break;
  }
}

} // namespace rollcall::testing::cluster_orders_test
