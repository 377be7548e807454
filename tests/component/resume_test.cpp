#include "tests/component/audited_world.hpp"

namespace rollcall::testing::resume_test {

namespace {

/// A node that was started again. Before that, its switch was told to hang calls up.
struct restarted : kept_log {
  timestamp setup = wall;

  outstanding_hang_up asked(const std::string& id, std::chrono::seconds ago) const {
    return {id, setup.time_since_epoch().count(), (wall - ago).time_since_epoch().count()};
  }
  void remembers(outstanding_hang_ups calls) {
    self->send(node, atom::resume_v, switch_name{"sbc-1"},
               std::make_shared<const outstanding_hang_ups>(std::move(calls)));
    run();
  }
  static call begun_at(const std::string& id, timestamp when) {
    call event{id};
    event.setup = when;
    event.account = account_id{11};
    return event;
  }
};

} // namespace

TEST_CASE_FIXTURE(restarted, "after a restart the snapshot decides which hang-ups are sent again") {
  remembers({asked("young", 10s), asked("old", 301s), asked("gone", 10s), asked("reused", 10s)});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  CHECK(log->lines.empty()); // silence says nothing
  tell(*sbc, snapshot_begin{}, begun_at("young", setup), begun_at("old", setup),
       begun_at("reused", setup + 1s + 1us), begun_at("other", setup), snapshot_end{});
  CHECK(sbc->at->hung_up == lines{"young"});
  CHECK(list()
        == lines{"sbc-1:old Connected 11@1", "sbc-1:other Connected 11@1", "sbc-1:young Disconnecting 11@1",
                 "sbc-1:reused Connected 11@1"});
  auto written = log->lines;
  std::sort(written.begin(), written.end());
  CHECK(written
        == lines{"restart = OK, 1 sent again", "restart: sbc-1:young", "sbc-1:gone ended unseen",
                 "sbc-1:old given up at restart", "sbc-1:reused ended unseen"});
  CHECK(context->metrics.disconnects_resumed == 1);
  CHECK(context->metrics.disconnects_given_up == 1);
}

TEST_CASE_FIXTURE(restarted, "calls that a snapshot did not list are noted in slices") {
  constexpr std::size_t gone = 9;
  context->calls_at_once = 2;
  outstanding_hang_ups all{asked("young", 10s)};
  for (std::size_t i = 0; i < gone; ++i)
    all.push_back(asked("gone" + std::to_string(i), 10s));
  remembers(std::move(all));
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  say(*sbc, snapshot_begin{}, begun_at("young", setup), snapshot_end{});
  std::size_t most_in_a_turn = 0;
  for (auto before = log->lines.size(); sched.try_run_once(); before = log->lines.size())
    most_in_a_turn = std::max(most_in_a_turn, log->lines.size() - before);
  CHECK(most_in_a_turn <= 2);
  CHECK(std::count_if(log->lines.begin(), log->lines.end(),
                      [](const auto& line) { return line.ends_with("ended unseen"); })
        == gone);
  CHECK(std::find(log->lines.begin(), log->lines.end(), "restart = OK, 1 sent again") != log->lines.end());
}

TEST_CASE_FIXTURE(restarted,
                  "a hang-up that is sent again after a restart is repeated until its end, which is noted") {
  remembers({asked("1", 10s)});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  advance(5500ms);
  CHECK(sbc->at->hung_up == lines{"1", "1"});
  tell(*sbc, over("1"));
  CHECK(log->lines.back() == "sbc-1:1 ended");
}

TEST_CASE_FIXTURE(restarted,
                  "a setup time that a measured clock has moved a little is that of the same call") {
  remembers({asked("1", 10s), asked("2", 10s)});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup + 400ms), begun_at("2", setup - 1s), snapshot_end{});
  CHECK(sbc->at->hung_up == lines{"1", "2"});
  advance(5500ms);
  CHECK(sbc->at->hung_up == lines{"1", "2", "1", "2"});
}

TEST_CASE_FIXTURE(restarted,
                  "of two calls that had one id, the later hang-up is the one that is sent again") {
  auto later = asked("1", 10s);
  setup -= 5min;
  const auto former = asked("1", 200s);
  setup += 5min;
  remembers({former, later});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  CHECK(sbc->at->hung_up == lines{"1"});
}

TEST_CASE_FIXTURE(restarted, "the age of a hang-up is that at the snapshot, not at the restart") {
  remembers({asked("1", 290s)});
  advance(11s);
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  CHECK(sbc->at->hung_up.empty());
  CHECK(log->lines == lines{"sbc-1:1 given up at restart"});
}

TEST_CASE_FIXTURE(restarted,
                  "a call that ended while the node was down, and is told as Dead, is not hung up") {
  remembers({asked("1", 10s)});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  auto dead = begun_at("1", setup);
  dead.state = call_state::dead;
  tell(*sbc, snapshot_begin{}, dead, snapshot_end{});
  CHECK(sbc->at->hung_up.empty());
  CHECK(log->lines == lines{"sbc-1:1 ended"});
}

TEST_CASE_FIXTURE(
    restarted,
    "a connection that is lost before the snapshot is complete decides nothing of what it has not named") {
  remembers({asked("1", 10s), asked("2", 10s)});
  auto sbc = attach("sbc-1", 1);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup));
  CHECK(sbc->at->hung_up == lines{"1"});
  lose(*sbc);
  auto again = attach("sbc-1", 2);
  REQUIRE(again);
  tell(*again, snapshot_begin{}, begun_at("1", setup), begun_at("2", setup), snapshot_end{});
  CHECK(again->at->hung_up == lines{"2"});
  CHECK(std::find(log->lines.begin(), log->lines.end(), "sbc-1:2 ended unseen") == log->lines.end());
}

} // namespace rollcall::testing::resume_test
