#include "tests/component/actor_fixture.hpp"

#include <random>

namespace rollcall::testing::link_snapshot_test {

using lines = world::lines;

namespace {

/// All names that a list of everything says are unknown.
lines unknown_in(world& w, std::int64_t scope) {
  const auto answer = w.ask<cluster_list_answer>(w.front, list_request{w.all_of(scope), w.dir});
  REQUIRE(answer);
  return answer->covers.unknown;
}

} // namespace

// --- what was told to be over stays so

TEST_CASE_FIXTURE(world, "a late line does not bring back a call whose end was told, also with setup time") {
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), over("1"));
  const call late{"1"};
  for (const auto wait : {0s, 2s, 60s, 530s}) { // within its linger, and for ten minutes after
    advance(wait);
    tell(sbc, call{late}.in(11));
    CHECK(stats() == counts{});
  }
  CHECK(list().empty());
  CHECK(context->metrics.events_after_end == 3);
  CHECK(sbc.at->warnings.empty());
  CHECK(status("sbc-1").ended == 1);
}

TEST_CASE_FIXTURE(world, "a call that a snapshot did not name is not brought back by a late line either") {
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), snapshot_begin{}, snapshot_end{});
  advance(2s);
  tell(sbc, call{"1"}.in(11));
  CHECK(list().empty());
}

TEST_CASE_FIXTURE(world,
                  "a snapshot that names a call after its end was told brings it back, and it goes on") {
  context->dead_linger = 3s;
  const auto sbc = connected("sbc-1");
  for (const auto wait : {1s, 5s}) { // while it is shown as Dead, and when it is forgotten
    tell(sbc, call{"1"}.in(11), over("1"));
    advance(wait);
    tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
    CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
    advance(10s); // what was to be forgotten then is not
    CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
    CHECK(status("sbc-1").calls == 1);
    CHECK(disconnect(hang_up_call("sbc-1:1")).sent == 1);
    tell(sbc, over("1"));
    CHECK(list() == lines{"sbc-1:1 Dead 11@1"});
    advance(4s);
    CHECK(list().empty());
    // The same id once more, which only a snapshot may say.
    tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{}, over("1"));
    advance(4s);
    tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  }
  CHECK(context->metrics.calls_revived == 1);
}

TEST_CASE_FIXTURE(
    world, "a hang-up ends with the call's end, and does not reach the call that a snapshot brings back") {
  for (const auto linger : {32s, 1s}) {
    context->dead_linger = linger;
    const std::string id = linger == 32s ? "1" : "2";
    const auto sbc = connected("sbc-1", linger == 32s ? 1 : 2);
    tell(sbc, call{id}.in(11));
    CHECK(disconnect(hang_up_call("sbc-1:" + id)).sent == 1);
    tell(sbc, over(id));
    advance(2s);
    tell(sbc, snapshot_begin{}, call{id}.in(11), snapshot_end{});
    CHECK(list() == lines{"sbc-1:" + id + " Connected 11@1"});
    advance(20s);
    CHECK(sbc.at->hung_up == lines{id});
    tell(sbc, over(id));
    advance(40s);
  }
}

TEST_CASE_FIXTURE(world, "a call that ends while a snapshot is told is over, also when the rest names it") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), snapshot_begin{}, over("1"), call{"1"}.in(11), snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Dead 11@1"});
}

TEST_CASE_FIXTURE(world, "late lines of a former connection change nothing, whatever they say") {
  const auto old = connected("sbc-1", 1);
  tell(old, call{"1"}.in(11), call{"2"}.in(11));
  const auto fresh = *attach("sbc-1", 2);
  tell(fresh, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  tell(old, over("1"), call{"2"}.in(11), call{"3"}.in(11), snapshot_begin{}, snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Dead 11@1"});
}

// --- snapshots that never end

TEST_CASE_FIXTURE(
    world,
    "a snapshot that does not end in 60 s of silence is given up: what it named counts, it ends nothing") {
  lose([&] {
    const auto sbc = connected("sbc-1", 1);
    tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
    return sbc;
  }());
  const auto sbc = *attach("sbc-1", 2);
  tell(sbc, snapshot_begin{}, call{"2"}.in(11).again(), call{"3"}.in(22));
  advance(59s);
  tell(sbc, barrier{}); // a ping says nothing of calls
  CHECK(status("sbc-1").in_snapshot);
  advance(2s);
  CHECK_FALSE(status("sbc-1").in_snapshot);
  CHECK(status("sbc-1").given_up);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1", "sbc-1:2 Connected 11@1", "sbc-1:3 Connected 22@2"});
  CHECK(status("sbc-1").unverified == 3);
  CHECK(context->metrics.snapshots_given_up == 1);
  CHECK(sbc.at->resyncs == 1);
  tell(sbc, snapshot_end{}); // late: of nothing any more
  CHECK(list().size() == 3);
  CHECK(sbc.at->warnings.size() == 1);
  tell(sbc, snapshot_begin{}, call{"3"}.in(22), snapshot_end{}); // and one in earnest
  CHECK(stats() == counts{{22, {1, 1}}});
  CHECK(status("sbc-1").unverified == 0);
  CHECK_FALSE(status("sbc-1").given_up);
}

TEST_CASE_FIXTURE(world, "a snapshot that goes on slowly is not given up") {
  const auto sbc = *attach("sbc-1", 1);
  tell(sbc, snapshot_begin{});
  for (int i = 0; i < 5; ++i) {
    advance(50s);
    tell(sbc, call{std::to_string(i)}.in(11));
  }
  CHECK(status("sbc-1").in_snapshot);
  tell(sbc, snapshot_end{});
  CHECK(status("sbc-1").synced);
}

TEST_CASE_FIXTURE(
    world, "a switch that connects and never tells its calls keeps the node unready for a minute only") {
  const auto sbc = *attach("sbc-1", 1);
  advance(59s);
  CHECK(status("sbc-1").in_snapshot);
  advance(2s);
  CHECK_FALSE(status("sbc-1").in_snapshot);
  CHECK(unknown_in(*this, 1) == lines{"sbc-1"});
}

// --- switches that have not told their calls yet

TEST_CASE_FIXTURE(world,
                  "a switch is unknown until its first snapshot has ended, in its own environment only") {
  CHECK(unknown_in(*this, 1) == lines{"sbc-1"});
  CHECK(unknown_in(*this, 10).empty());
  const auto sbc = *attach("sbc-1", 1);
  tell(sbc, snapshot_begin{}, call{"1"}.in(11));
  CHECK(unknown_in(*this, 1) == lines{"sbc-1"});
  tell(sbc, snapshot_end{});
  CHECK(unknown_in(*this, 1).empty());
  lose(sbc); // as last known, from here on
  CHECK(unknown_in(*this, 1).empty());
  tell(*attach("sbc-1", 2));
  CHECK(unknown_in(*this, 1).empty());
  const auto stats = ask<cluster_stats_answer>(front, stats_request{customer_id{1}, true, dir});
  CHECK(stats->covers.unknown.empty());
}

TEST_CASE_FIXTURE(world, "a disconnect never answers 'none' while a switch has not told its calls yet") {
  for (const auto connecting : {false, true}) {
    if (connecting)
      tell(*attach("sbc-1", 1), snapshot_begin{}, call{"1"}.in(11));
    for (const auto& request : {hang_up_account(12), hang_up_customer(4), hang_up_call("sbc-1:7")}) {
      const auto told = disconnect(request);
      CHECK(told.found);
      CHECK(told.sent == 0);
      CHECK(told.failed == 1);
      CHECK(told.away == lines{"sbc-1"});
    }
  }
  const auto partly = disconnect(hang_up_account(11));
  CHECK(partly.sent == 1);
  CHECK(partly.failed == 1);
  // What does not concern it: another switch's call, and another environment.
  CHECK_FALSE(disconnect(hang_up_call("sbc-2:7")).found);
  CHECK_FALSE(disconnect(hang_up_call("sbc-1:7", 10)).found);
  CHECK(disconnect(hang_up_account(200, 10)).failed == 0);
}

// --- bounds

TEST_CASE_FIXTURE(world, "a sweep of many calls takes several turns, between which other actors run") {
  context->calls_at_once = 2;
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 40; ++i)
    tell(sbc, call{std::to_string(i)}.in(11));
  say(sbc, snapshot_begin{}, call{"7"}.in(11), snapshot_end{}, call{"new"}.in(22), over("7"), barrier{});
  std::size_t turns = 0;
  while (sbc.at->barriers == 0) {
    REQUIRE_FALSE(sched.jobs.empty());
    sched.run_once();
    ++turns;
  }
  CHECK(turns > 20);
  run();
  CHECK(stats() == counts{{22, {1, 1}}});
  CHECK(context->metrics.calls_settled == 39);
  CHECK(sbc.at->worked_off == 42);
}

TEST_CASE("a snapshot never undoes events that came after its end, in any order of actors") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    world w;
    w.context->calls_at_once = 1 + seed % 3;
    std::minstd_rand random{seed};
    const auto sbc = w.connected("sbc-1");
    for (int i = 0; i < 12; ++i)
      w.tell(sbc, call{std::to_string(i)}.in(11));
    w.say(sbc, snapshot_begin{}, call{"3"}.in(11), snapshot_end{});
    w.say(sbc, call{"new"}.in(22));
    w.say(sbc, snapshot_begin{}, call{"3"}.in(11), call{"new"}.in(22), call{"5"}.in(33), snapshot_end{});
    w.say(sbc, call{"newer"}.in(44));
    while (w.run_any(random)) {
    }
    w.advance(3s); // the second settlement has to wait
    CHECK(w.stats() == world::counts{{11, {1, 1}}, {22, {1, 1}}, {33, {1, 1}}, {44, {1, 1}}});
  }
}

TEST_CASE_FIXTURE(world, "a switch that floods snapshots has one swept each second, and waits meanwhile") {
  context->calls_at_once = 10;
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 20; ++i)
    tell(sbc, call{std::to_string(i)}.in(11));
  context->metrics.snapshots = 0;
  for (int i = 0; i < 6; ++i)
    say(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  run();
  CHECK(context->metrics.snapshots == 1);
  advance(900ms);
  CHECK(context->metrics.snapshots == 1);
  for (int i = 0; i < 5; ++i)
    advance(1250ms);
  CHECK(context->metrics.snapshots == 6);
  CHECK(list().size() == 20);
}

TEST_CASE_FIXTURE(world, "a connection lost during a sweep is lost after what it delivered") {
  context->calls_at_once = 1;
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 10; ++i)
    tell(sbc, call{std::to_string(i)}.in(11));
  say(sbc, snapshot_begin{}, call{"1"}.in(11), call{"2"}.in(11), snapshot_end{});
  say(sbc, over("1"));
  lose(sbc);
  CHECK(stats() == counts{{11, {1, 1}}});
  CHECK(status("sbc-1").unverified == 1);
}

TEST_CASE_FIXTURE(world, "many ended calls are forgotten in slices, all of them") {
  context->calls_at_once = 3;
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 50; ++i)
    say(sbc, call{std::to_string(i)}.in(11), over(std::to_string(i)));
  run();
  CHECK(list().size() == 50);
  advance(1500ms);
  CHECK(list().empty());
  CHECK(status("sbc-1").ended == 50);
}

TEST_CASE_FIXTURE(world, "calls that are over take no live call's place") {
  context->calls_per_switch = 3;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11), over("1"), over("2"), call{"4"}.in(11));
  CHECK(context->metrics.calls_refused == 0);
  CHECK(list().size() == 4);
}

TEST_CASE_FIXTURE(world, "a call's end is known also where nothing was told of it before") {
  const auto sbc = connected("sbc-1");
  tell(sbc, over("1"), call{"1"}.in(11));
  CHECK(list().empty());
  CHECK(context->metrics.events_after_end == 1);
  tell(sbc, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  CHECK(list().size() == 1);
}

TEST_CASE_FIXTURE(world, "a switch has no more calls than it may, and says that there are more") {
  context->calls_per_switch = 3;
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 5; ++i)
    tell(sbc, call{std::to_string(i)}.in(11));
  CHECK(list().size() == 3);
  CHECK(sbc.at->warnings.size() == 2);
  CHECK(context->metrics.calls_refused == 2);
  CHECK(status("sbc-1").refused == 2);
  const auto unverified = [&] {
    const auto answer = ask<cluster_list_answer>(front, list_request{all_of(1), dir});
    const auto& names = answer->covers.unverified;
    return std::count(names.begin(), names.end(), "sbc-1") == 1;
  };
  CHECK(unverified());
  tell(sbc, over("0"), snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  CHECK_FALSE(unverified());
  CHECK(status("sbc-1").refused == 0);
}

TEST_CASE_FIXTURE(
    world,
    "calls above what a switch may have make answers incomplete, and disconnects say that some failed") {
  context->calls_per_switch = 2;
  const auto sbc = connected("sbc-1");
  const auto unknown = [&] {
    const auto names = ask<cluster_list_answer>(front, list_request{all_of(1), dir})->covers.unknown;
    return std::count(names.begin(), names.end(), "sbc-1") == 1;
  };
  const auto before = disconnect(hang_up_account(11)).failed; // of switches that have not told anything
  tell(sbc, call{"1"}.in(11), call{"2"}.in(12));
  CHECK_FALSE(unknown());
  tell(sbc, call{"3"}.in(11));
  CHECK(unknown());
  const auto told = disconnect(hang_up_account(11));
  CHECK(told.sent == 1);
  CHECK(told.failed == before + 1);
  // a snapshot that names too many as well changes nothing
  tell(sbc, snapshot_begin{});
  CHECK(unknown());
  tell(sbc, call{"1"}.in(11), call{"2"}.in(12), call{"3"}.in(11), snapshot_end{});
  CHECK(unknown());
  // nor does one that names few enough, as long as what it does not name has their place
  tell(sbc, snapshot_begin{}, call{"1"}.in(11), call{"3"}.in(11), snapshot_end{});
  CHECK(unknown());
  tell(sbc, snapshot_begin{}, call{"1"}.in(11), call{"3"}.in(11), snapshot_end{});
  CHECK_FALSE(unknown());
  CHECK(disconnect(hang_up_account(11)).failed == before);
}

TEST_CASE_FIXTURE(world,
                  "a switch of which calls were refused is asked for a snapshot as soon as there is room") {
  context->calls_per_switch = 2;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11));
  advance(3 * defaults::resync_pause);
  CHECK(sbc.at->resyncs == 0); // it could not take in more than before
  tell(sbc, over("1"));
  advance(2 * defaults::link_tick);
  CHECK(sbc.at->resyncs == 1);
  tell(sbc, snapshot_begin{}, call{"2"}.in(11), call{"3"}.in(11), snapshot_end{});
  advance(3 * defaults::resync_pause);
  CHECK(sbc.at->resyncs == 1);
  // as it is when it may have more than before
  tell(sbc, call{"4"}.in(11));
  advance(2 * defaults::link_tick);
  CHECK(sbc.at->resyncs == 1);
  context->calls_per_switch = 3;
  advance(2 * defaults::link_tick);
  CHECK(sbc.at->resyncs == 2);
}

// --- bad fields

TEST_CASE_FIXTURE(world, "a bad field is reported and counted, and never closes the connection") {
  const auto sbc = connected("sbc-1");
  for (int i = 0; i < 30; ++i)
    tell(sbc, call{"1"}.in(11), malformed_field{"call '1': cli must be a string"});
  CHECK(sbc.at->closed.empty());
  CHECK(sbc.at->warnings.size() == 30);
  CHECK(context->metrics.fields_bad == 30);
  CHECK(context->metrics.lines_bad == 0);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
}

TEST_CASE_FIXTURE(world, "a call without setup time on its first sight began when it was first heard of") {
  const auto sbc = connected("sbc-1");
  const auto arrival = wall;
  tell(sbc, call{"1"}.in(11).again());
  const auto answer = ask<cluster_list_answer>(front, list_request{all_of(1), dir});
  call_row row;
  REQUIRE(answer->rows->next(row) == row_source::step::row);
  CHECK(row.record->setup() == arrival);
  CHECK(sbc.at->warnings.size() == 1);
  for (int i = 0; i < 20; ++i)
    tell(sbc, call{"again " + std::to_string(i)}.again());
  CHECK(sbc.at->closed.empty());
  CHECK(list().size() == 21);
}

} // namespace rollcall::testing::link_snapshot_test
