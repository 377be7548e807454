#include "tests/component/actor_fixture.hpp"

#include <random>

namespace rollcall::testing::link_test {

using lines = world::lines;

TEST_CASE_FIXTURE(world, "a connection with the same or a lower epoch is stale, and the first goes on") {
  const auto sbc = connected("sbc-1", 5);
  for (const std::uint64_t epoch : {5, 4}) {
    const auto late = attach("sbc-1", epoch);
    REQUIRE_FALSE(late);
    CHECK(late.error() == ec::stale_epoch);
  }
  CHECK(sbc.at->closed.empty());
  tell(sbc, call{"1"});
  CHECK(list().size() == 1);
}

TEST_CASE_FIXTURE(world, "a connection with a higher epoch replaces the first, whose late news is ignored") {
  const auto old = connected("sbc-1", 1);
  tell(old, call{"1"}.in(11));
  const auto fresh = attach("sbc-1", 2);
  REQUIRE(fresh);
  CHECK(old.at->closed == std::vector{close_reason::stale_epoch});
  tell(old, call{"2"}, over("1"), snapshot_begin{}, snapshot_end{}, barrier{});
  lose(old);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(old.at->barriers + fresh->at->barriers == 0);
  CHECK(status("sbc-1").connected);
  tell(*fresh, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(disconnect(hang_up_call("sbc-1:1")).sent == 1);
  CHECK(old.at->hung_up.empty());
  CHECK(fresh->at->hung_up == lines{"1"});
}

TEST_CASE_FIXTURE(world, "an epoch is compared with that of a connection that is up, not with one that was") {
  lose(connected("sbc-1", 9));
  CHECK(attach("sbc-1", 3));
}

TEST_CASE_FIXTURE(world, "the calls of a lost connection stay as they are, unverified, and still count") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2", call_state::idle}.in(22));
  CHECK(status("sbc-1").unverified == 0);
  lose(sbc);
  advance(120s);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Idle 22@2"});
  CHECK(stats() == counts{{11, {1, 1}}});
  const auto away = status("sbc-1");
  CHECK_FALSE(away.connected);
  CHECK(away.synced);
  CHECK(away.calls == 2);
  CHECK(away.unverified == 2);
  tell(sbc, over("1")); // of a connection that is gone
  CHECK(stats() == counts{{11, {1, 1}}});
}

TEST_CASE("a switch is synced when its calls are counted, not when it has told them") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    world w;
    std::minstd_rand random{seed};
    const auto answered = [&](const auto& pending) {
      while (!*pending && w.run_any(random)) {
      }
      REQUIRE(*pending);
      REQUIRE(**pending);
      return ***pending;
    };
    const auto sbc = w.attach("sbc-1", 1);
    REQUIRE(sbc);
    w.say(*sbc, snapshot_begin{});
    for (int n = 0; n < 50; ++n)
      w.say(*sbc, call{std::to_string(n)}.in(11));
    w.say(*sbc, snapshot_end{});
    const auto synced = [&] {
      for (const auto& each : answered(w.ask_later<link_statuses>(w.node, caf::get_atom_v)))
        if (each.name.value() == "sbc-1")
          return each.synced;
      return false;
    };
    while (!synced()) {
    }
    const auto stats =
        answered(w.ask_later<cluster_stats_answer>(w.front, stats_request{customer_id{1}, true, w.dir}));
    CHECK(world::counts_of(stats) == world::counts{{11, {50, 50}}});
  }
}

TEST_CASE_FIXTURE(world,
                  "a switch is unverified until it has told all its calls, and again when it is lost") {
  const auto unverified_in = [this](std::int64_t environment) {
    return claim_verdict{{{context->node, context->claims.all()}}}.unverified(environment_id{environment});
  };
  const auto unverified = [&] { return unverified_in(1); };
  run();
  const auto names = unverified();
  REQUIRE(std::count(names.begin(), names.end(), "sbc-1") == 1);
  const auto others = lines{names.size() == 1 ? lines{} : lines{names.begin() + 1, names.end()}};
  CHECK(unverified_in(99).empty());
  const auto sbc = *attach("sbc-1", 1);
  tell(sbc, snapshot_begin{}, call{"1"}.in(11));
  CHECK(unverified() == names);
  tell(sbc, snapshot_end{});
  CHECK(unverified() == others);
  lose(sbc);
  CHECK(unverified() == names);
  tell(*attach("sbc-1", 2), snapshot_begin{}, snapshot_end{});
  CHECK(unverified() == others);
}

TEST_CASE("a switch is verified when accounts show what its snapshot told, whoever runs first") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    world w;
    std::minstd_rand random{seed};
    auto sbc = *w.attach("sbc-1", 1);
    w.tell(sbc, snapshot_begin{}, call{"over"}.in(11), call{"goes on"}.in(11), call{"moves"}.in(11),
           snapshot_end{});
    w.lose(sbc);
    sbc = *w.attach("sbc-1", 2);
    w.say(sbc, snapshot_begin{}, call{"goes on", call_state::disconnecting}.in(11), call{"moves"}.in(22),
          call{"new"}.in(11), snapshot_end{});
    const auto verified = [&] {
      const auto names =
          claim_verdict{{{w.context->node, w.context->claims.all()}}}.unverified(environment_id{1});
      return std::count(names.begin(), names.end(), "sbc-1") == 0;
    };
    while (!verified())
      REQUIRE(w.run_any(random));
    const auto pending = w.ask_later<cluster_list_answer>(w.front, list_request{w.all_of(1), w.dir});
    while (!*pending && w.run_any(random)) {
    }
    REQUIRE(*pending);
    REQUIRE(**pending);
    CHECK(world::lines_of(***pending)
          == world::lines{"sbc-1:goes on Disconnecting 11@1", "sbc-1:moves Connected 22@2",
                          "sbc-1:new Connected 11@1", "sbc-1:over Dead 11@1"});
  }
}

TEST_CASE_FIXTURE(world,
                  "a snapshot ends the calls that it does not name, and those only of its own switch") {
  const auto other = connected("sbc-2");
  tell(other, call{"1"}.in(33));
  lose([&] {
    const auto sbc = connected("sbc-1", 1);
    tell(sbc, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11));
    return sbc;
  }());
  const auto sbc = *attach("sbc-1", 2);
  tell(sbc, snapshot_begin{}, call{"2"}.in(11).again(), call{"4"}.in(11));
  CHECK(status("sbc-1").in_snapshot);
  CHECK(stats() == counts{{11, {4, 4}}, {33, {1, 1}}});
  tell(sbc, snapshot_end{});
  CHECK(stats() == counts{{11, {2, 2}}, {33, {1, 1}}});
  CHECK(list()
        == lines{"sbc-1:1 Dead 11@1", "sbc-1:2 Connected 11@1", "sbc-1:3 Dead 11@1", "sbc-1:4 Connected 11@1",
                 "sbc-2:1 Connected 33@3"});
  CHECK(context->metrics.calls_settled == 2);
  CHECK(status("sbc-1").unverified == 0);
  CHECK_FALSE(status("sbc-1").in_snapshot);
}

TEST_CASE_FIXTURE(world, "a snapshot cut off by a lost connection ends no call") {
  const auto sbc = connected("sbc-1", 1);
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  tell(sbc, snapshot_begin{}, call{"2"}.in(11).again());
  lose(sbc);
  const auto fresh = *attach("sbc-1", 2);
  tell(fresh, snapshot_end{}); // the end of no snapshot
  CHECK(fresh.at->warnings.size() == 1);
  CHECK(stats() == counts{{11, {2, 2}}});
  CHECK(status("sbc-1").unverified == 2);
  tell(fresh, snapshot_begin{}, call{"1"}.in(11).again(), snapshot_end{});
  CHECK(stats() == counts{{11, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "a snapshot that names a call in a bad line does not end it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11));
  tell(sbc, snapshot_begin{}, call{"1"}.in(11).again(),
       malformed_event{"call '2': cli must be a string", "2"}, snapshot_end{});
  CHECK(stats() == counts{{11, {2, 2}}});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Connected 11@1", "sbc-1:3 Dead 11@1"});
}

TEST_CASE_FIXTURE(world,
                  "a snapshot with a line that may have named any call ends none, and is asked for again") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  tell(sbc, snapshot_begin{}, call{"1"}.in(11).again(), malformed_event{"not JSON"}, snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Connected 11@1"});
  CHECK(context->metrics.snapshots_given_up == 1);
  CHECK(status("sbc-1").unverified == 0); // nothing was missed
  CHECK(sbc.at->resyncs == 1);
  tell(sbc, snapshot_begin{}, call{"1"}.in(11).again(), malformed_event{"not JSON"}, snapshot_end{});
  CHECK(list().size() == 2);
  CHECK(sbc.at->resyncs == 1); // a switch that cannot do better is not asked on and on
  advance(61s);
  CHECK(sbc.at->resyncs == 2); // but it is not forgotten
  tell(sbc, snapshot_begin{}, call{"1"}.in(11).again(), snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Dead 11@1"});
  advance(61s);
  CHECK(sbc.at->resyncs == 2);
}

TEST_CASE_FIXTURE(world,
                  "a first snapshot with an unreadable line leaves calls unverified and the node ready") {
  lose([&] {
    const auto sbc = connected("sbc-1", 1);
    tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
    return sbc;
  }());
  const auto sbc = *attach("sbc-1", 2);
  tell(sbc, malformed_event{"not JSON"}, snapshot_begin{}, call{"1"}.in(11).again(),
       malformed_event{"not JSON"}, snapshot_end{});
  CHECK(stats() == counts{{11, {2, 2}}});
  CHECK(status("sbc-1").unverified == 2);
  CHECK(status("sbc-1").given_up);
  CHECK(sbc.at->resyncs == 1);
  tell(sbc, malformed_event{"not JSON"}, snapshot_begin{}, call{"1"}.in(11).again(), snapshot_end{});
  CHECK(stats() == counts{{11, {1, 1}}}); // what came before the snapshot is none of it
  CHECK(status("sbc-1").unverified == 0);
}

TEST_CASE_FIXTURE(world, "a call that begins while a snapshot is told is not ended by it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, snapshot_begin{});
  tell(sbc, call{"9"}.in(11));
  tell(sbc, snapshot_end{});
  CHECK(stats() == counts{{11, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "a snapshot that begins anew counts from its new beginning") {
  const auto sbc = connected("sbc-1");
  tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_begin{}, call{"2"}.in(11), snapshot_end{});
  CHECK(stats() == counts{{11, {1, 1}}});
}

TEST_CASE_FIXTURE(world, "after a snapshot that begins anew calls are unverified until one ends") {
  const auto sbc = connected("sbc-1");
  tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{}, snapshot_begin{});
  CHECK(status("sbc-1").unverified == 0);
  tell(sbc, snapshot_begin{});
  CHECK(status("sbc-1").unverified == 1);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  tell(sbc, call{"1"}.in(11), snapshot_end{});
  CHECK(status("sbc-1").unverified == 0);
}

TEST_CASE_FIXTURE(world, "ten bad lines in a row close the connection; later lines are ignored") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  switch_news news(10, malformed_event{"not JSON"});
  news.emplace_back(call{"2"}.in(11));
  self->send(sbc.session.link, sbc.session.session, news);
  run();
  CHECK(sbc.at->closed == std::vector{close_reason::bad_message});
  CHECK(sbc.at->warnings.size() == 10);
  CHECK(context->metrics.lines_bad == 10);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(status("sbc-1").unverified == 1);
  CHECK(disconnect(hang_up_call("sbc-1:1")).failed == 1);
  CHECK(attach("sbc-1", 2));
}

TEST_CASE_FIXTURE(world, "bad lines with a good one among them are only skipped") {
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 3; ++i)
    tell(sbc, malformed_event{"a"}, malformed_event{"b"}, malformed_event{"c"}, malformed_event{"d"},
         barrier{});
  CHECK(sbc.at->closed.empty());
  CHECK(sbc.at->warnings.size() == 12);
  CHECK(sbc.at->barriers == 3);
}

TEST_CASE_FIXTURE(world, "bad lines of a former connection do not count against the next") {
  const auto old = connected("sbc-1", 1);
  const switch_news nine(9, malformed_event{"?"});
  self->send(old.session.link, old.session.session, nine);
  run();
  const auto fresh = *attach("sbc-1", 2);
  self->send(fresh.session.link, fresh.session.session, nine);
  run();
  CHECK(fresh.at->closed.empty());
}

TEST_CASE_FIXTURE(world, "the end of an unknown call is counted, and is not a bad line") {
  const auto sbc = connected("sbc-1");
  tell(sbc, over("7"));
  CHECK(context->metrics.events_unknown == 1);
  CHECK(sbc.at->warnings.empty());
  CHECK(list().empty());
}

TEST_CASE_FIXTURE(world, "late and repeated events are counted and change nothing") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"1"}.in(11), call{"1", call_state::idle}.in(22));
  CHECK(context->metrics.events_stale == 2);
  CHECK(context->metrics.events_applied == 1);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  tell(sbc, over("1"), over("1"), call{"1"}.in(22));
  CHECK(context->metrics.events_stale == 4);
  CHECK(list() == lines{"sbc-1:1 Dead 11@1"});
}

TEST_CASE_FIXTURE(world, "an ended call is Dead for as long as it is to linger, and is then forgotten") {
  context->dead_linger = 32s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  tell(sbc, over("1"));
  advance(31'500ms);
  CHECK(list() == lines{"sbc-1:1 Dead 11@1", "sbc-1:2 Connected 11@1"});
  CHECK(status("sbc-1").calls == 1);
  advance(1s);
  CHECK(list() == lines{"sbc-1:2 Connected 11@1"});
  CHECK_FALSE(disconnect(hang_up_call("sbc-1:1")).found);
}

TEST_CASE_FIXTURE(world, "a call of which only the end is ever told is shown as Dead") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1", call_state::dead}.in(11));
  CHECK(list() == lines{"sbc-1:1 Dead 11@1"});
  advance(33s);
  CHECK(list().empty());
}

TEST_CASE_FIXTURE(world, "pings are answered, and each delivered news is reported worked off once") {
  const auto sbc = connected("sbc-1");
  CHECK(sbc.at->worked_off == 1);
  tell(sbc, barrier{}, barrier{});
  tell(sbc);
  CHECK(sbc.at->barriers == 2);
  CHECK(sbc.at->worked_off == 3);
}

TEST_CASE_FIXTURE(world,
                  "the account's number wins over its name, and a name is of the switch's environment") {
  const auto sbc = connected("sbc-1");
  const auto other = connected("sbc-9");
  tell(sbc, call{"1"}.in(44).named("u11"), call{"2"}.named("u200"));
  tell(other, call{"1"}.named("u200"), call{"2"}.named("u11"));
  CHECK(list(1) == lines{"sbc-1:1 Connected 44@4", "sbc-1:2 Connected 0@1"});
  CHECK(list(10) == lines{"sbc-9:1 Connected 200@20", "sbc-9:2 Connected 0@10"});
}

} // namespace rollcall::testing::link_test
