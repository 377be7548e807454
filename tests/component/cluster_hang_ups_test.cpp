#include "cluster_world.hpp"

// Hang-ups of a switch that moves while it lives: its node keeps them until the next one has them.

namespace rollcall::testing::cluster_hang_ups_test {

namespace {

/// sbc-1 has three calls at node-a. Two of them are to be hung up.
struct hung_up_world : cluster_world {
  const timestamp setup = wall;
  switch_wire before = switched_on(0, "sbc-1", 5);

  hung_up_world() {
    tell(before, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(22));
    ask_disconnect(0, hang_up_account(11));
    advance(250ms);
    REQUIRE(before.at->hung_up.size() == 2);
  }

  call begun(const char* id, std::int64_t account) const {
    call event{id};
    event.setup = setup;
    event.account = account_id{account};
    return event;
  }
  /// It connects to node-b, which waits for what others have of it for as long as it does.
  switch_wire moved() {
    switch_wire fresh;
    const auto session = ask_later<attached>(attach_actor{sites[1].cluster},
                                             attach_request{switch_name{"sbc-1"}, 6, fresh.at});
    advance(1'500ms);
    REQUIRE(session->has_value());
    REQUIRE(**session);
    fresh.session = ***session;
    return fresh;
  }
  void tell_snapshot(const switch_wire& from) {
    tell(from, snapshot_begin{}, begun("1", 11), begun("3", 22), snapshot_end{});
  }
  /// What it is told in the time of two repeats: each once or twice.
  lines hung_up_soon(const switch_wire& at) {
    advance(11s);
    auto told = at.at->hung_up;
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    return told;
  }
};

} // namespace

TEST_CASE_FIXTURE(hung_up_world, "a lost answer of the node that a switch leaves loses no hang-up") {
  between(0, 1).answers_lost_of = {0};
  const auto after = moved();
  CHECK(before.at->closed == std::vector{close_reason::stale_epoch});
  between(0, 1).answers_lost_of.clear();
  heal(0, 1);
  tell_snapshot(after);
  CHECK(hung_up_soon(after) == lines{"1"});
  // And once: the node before has no more to say.
  CHECK(sites[0].context->claims.keeping_hang_ups().empty());
}

TEST_CASE_FIXTURE(hung_up_world,
                  "nodes that could not see each other lose no hang-up, however long it takes") {
  lose(before);
  cut(0, 1);
  cut(0, 2);
  advance(3s);
  const auto after = moved();
  tell_snapshot(after);
  for (auto& one : sites)
    one.context->resume_hang_ups = 5s; // is for restarts
  CHECK(hung_up_soon(after).empty());
  CHECK(sites[0].context->claims.keeping_hang_ups().size() == 1);
  heal(0, 1);
  heal(0, 2);
  CHECK(hung_up_soon(after) == lines{"1"});
}

TEST_CASE_FIXTURE(hung_up_world,
                  "hang-ups whose acknowledgement is lost are told again, and sent once each") {
  const auto after = moved();
  tell_snapshot(after);
  between(0, 1).answers_lost_of = {1};
  advance(4s);
  between(0, 1).answers_lost_of.clear();
  heal(0, 1);
  advance(1s);
  CHECK(sites[0].context->claims.keeping_hang_ups().empty());
  const auto told = after.at->hung_up.size();
  advance(5s);
  CHECK(after.at->hung_up.size() == told + 1); // call 1, repeated as ever
}

TEST_CASE_FIXTURE(hung_up_world, "a switch that comes back at once, and again, is hung up where it is") {
  const auto away = moved();
  advance(1s);
  REQUIRE(sites[0].context->claims.keeping_hang_ups().empty());
  const auto back = attach(0, "sbc-1", 7);
  REQUIRE(back);
  tell_snapshot(*back);
  CHECK(hung_up_soon(*back) == lines{"1"});
  CHECK(away.at->hung_up.empty());
}

TEST_CASE_FIXTURE(hung_up_world, "hang-ups that come after the snapshot are resolved at once") {
  cut(0, 1);
  cut(0, 2);
  advance(3s);
  const auto after = moved();
  tell_snapshot(after);
  // One more that the switch has not told: what a node that cannot be reached says of it decides nothing.
  sites[1].context->calls_per_switch = 2;
  tell(after, snapshot_begin{}, begun("1", 11), begun("3", 22), begun("2", 11), snapshot_end{});
  CHECK(sites[1].context->metrics.calls_refused == 1);
  heal(0, 1);
  advance(6s);
  CHECK(after.at->hung_up == lines{"1"});
  sites[1].context->calls_per_switch = 3;
  tell(after, snapshot_begin{}, begun("1", 11), begun("3", 22), begun("2", 11), snapshot_end{});
  CHECK(hung_up_soon(after) == lines{"1", "2"});
}

TEST_CASE_FIXTURE(hung_up_world, "a drain waits for hang-ups until they are acknowledged") {
  const auto answer =
      ask_later<node_order_answer>(sites[2].front, node_order{node_order::kind::drain, "node-a", {}});
  run();
  const auto after = moved();
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  stop(sites[0]);
  tell_snapshot(after);
  CHECK(hung_up_soon(after) == lines{"1"});
}

} // namespace rollcall::testing::cluster_hang_ups_test
