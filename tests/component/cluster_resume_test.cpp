#include "cluster_world.hpp"

namespace rollcall::testing::cluster_resume_test {

namespace {

/// node-a was told to hang calls of sbc-1 up, and killed. The switch has gone to node-b meanwhile.
struct restarted_node : cluster_world {
  const timestamp setup = wall;

  outstanding_hang_up asked(const std::string& id, std::chrono::seconds ago) const {
    return {id, setup.time_since_epoch().count(), (wall - ago).time_since_epoch().count()};
  }
  static call begun_at(const std::string& id, timestamp when) {
    call event{id};
    event.setup = when;
    event.account = account_id{11};
    return event;
  }
  void kill() {
    stop(sites[0]);
    part(0, 1);
    part(0, 2);
    run();
  }
  void restart(outstanding_hang_ups remembered) {
    sites[0].hung_up[switch_name{"sbc-1"}] = std::move(remembered);
    start(0, sites[0].kept);
    run();
    for (const std::size_t other : {1, 2}) {
      cables[{0, other}] = std::make_shared<cable>();
      join(0, other);
    }
    run();
    advance(1s);
  }
  /// node-a and node-b see each other again.
  void rejoin() {
    cables[{0, 1}] = std::make_shared<cable>();
    join(0, 1);
    run();
  }
  /// What a switch was told in a node's time of repeating.
  lines hung_up_soon(const switch_wire& at) {
    advance(6s);
    auto told = at.at->hung_up;
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    return told;
  }
};

} // namespace

TEST_CASE_FIXTURE(
    restarted_node,
    "a switch that went to another node while its node was down is hung up there all the same") {
  kill();
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("young", setup), begun_at("old", setup),
       begun_at("reused", setup + 1s + 1us), begun_at("other", setup), snapshot_end{});
  restart({asked("young", 10s), asked("old", 301s), asked("gone", 10s), asked("reused", 10s)});
  CHECK(hung_up_soon(*sbc) == lines{"young"});
  CHECK(sites[1].context->metrics.disconnects_given_up == 1);
}

TEST_CASE_FIXTURE(restarted_node, "hang-ups wait for a switch that no node has yet") {
  kill();
  restart({asked("1", 10s)});
  advance(10s);
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  CHECK(hung_up_soon(*sbc) == lines{"1"});
}

TEST_CASE_FIXTURE(restarted_node,
                  "hang-ups that come in the middle of a snapshot wait for what it has yet to name") {
  kill();
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup));
  restart({asked("1", 10s), asked("2", 10s)});
  tell(*sbc, begun_at("2", setup), snapshot_end{});
  CHECK(hung_up_soon(*sbc) == lines{"1", "2"});
}

TEST_CASE_FIXTURE(restarted_node, "more hang-ups than fit into one message all come over") {
  kill();
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("first", setup), begun_at("last", setup), snapshot_end{});
  outstanding_hang_ups many{asked("first", 10s)};
  for (std::size_t i = 0; i < 2 * defaults::hang_ups_at_once; ++i)
    many.push_back(asked("gone" + std::to_string(i), 10s));
  many.push_back(asked("last", 10s));
  restart(std::move(many));
  CHECK(hung_up_soon(*sbc) == lines{"first", "last"});
}

TEST_CASE_FIXTURE(restarted_node, "a node that cannot be reached is told as soon as it can") {
  kill();
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  sites[0].hung_up[switch_name{"sbc-1"}] = {asked("1", 10s)};
  start(0, sites[0].kept);
  run();
  CHECK(hung_up_soon(*sbc).empty());
  rejoin();
  CHECK(hung_up_soon(*sbc) == lines{"1"});
}

TEST_CASE_FIXTURE(
    restarted_node,
    "a switch that goes to another node after a restart of its node is hung up there all the same") {
  kill();
  start(0, sites[0].kept);
  self->send(sites[0].node, atom::resume_v, switch_name{"sbc-1"},
             std::make_shared<const outstanding_hang_ups>(outstanding_hang_ups{asked("1", 10s)}));
  run();
  rejoin();
  advance(1s);
  auto sbc = attach(1, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  CHECK(hung_up_soon(*sbc) == lines{"1"});
}

TEST_CASE_FIXTURE(restarted_node,
                  "a switch that leaves a restarted node before its snapshot, unseen, keeps its hang-ups") {
  kill();
  sites[0].hung_up[switch_name{"sbc-1"}] = {asked("1", 10s), asked("2", 10s), asked("3", 10s)};
  start(0, sites[0].kept);
  run();
  const auto half = attach(0, "sbc-1", 2);
  REQUIRE(half);
  tell(*half, snapshot_begin{}, begun_at("1", setup));
  CHECK(half->at->hung_up == lines{"1"});
  lose(*half);
  const auto sbc = attach(1, "sbc-1", 3);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), begun_at("2", setup), snapshot_end{});
  CHECK(hung_up_soon(*sbc).empty());
  rejoin();
  CHECK(hung_up_soon(*sbc) == lines{"1", "2"});
}

TEST_CASE_FIXTURE(restarted_node, "a node that drains leaves hang-ups of a switch that it has never seen") {
  kill();
  restart({asked("1", 10s)});
  const auto drained =
      ask<node_order_answer>(sites[1].front, node_order{node_order::kind::drain, "node-a", {}});
  REQUIRE(drained);
  kill();
  const auto sbc = attach(2, "sbc-1", 2);
  REQUIRE(sbc);
  tell(*sbc, snapshot_begin{}, begun_at("1", setup), snapshot_end{});
  CHECK(hung_up_soon(*sbc) == lines{"1"});
}

TEST_CASE_FIXTURE(cluster_world,
                  "a switch that was restarted and has gone to another node uses ids anew there too") {
  const auto before = *attach(0, "sbc-1", 1, {"run 1", {}});
  tell(before, snapshot_begin{}, call{"1"}.in(11), call{"2"}.in(11), snapshot_end{});
  REQUIRE(ask<cluster_disconnect_answer>(sites[0].front, hang_up_account(11)));
  CHECK(before.at->hung_up.size() == 2);
  wall += 10s;
  const auto after = *attach(1, "sbc-1", 2, {"run 2", {}});
  advance(12s);
  CHECK(after.at->hung_up.empty());
  tell(after, snapshot_begin{}, call{"1"}.in(22), snapshot_end{});
  advance(12s);
  CHECK(after.at->hung_up.empty());
  const auto shown = list(2);
  CHECK(std::find(shown.begin(), shown.end(), "sbc-1:1 Connected 22@2 node-b") != shown.end());
}

TEST_CASE_FIXTURE(cluster_world, "a switch of the same run that moves is hung up where it is now") {
  const auto before = *attach(0, "sbc-1", 1, {"run 1", {}});
  tell(before, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  REQUIRE(ask<cluster_disconnect_answer>(sites[0].front, hang_up_account(11)));
  const auto after = *attach(1, "sbc-1", 2, {"run 1", {}});
  advance(6s);
  CHECK(after.at->hung_up == lines{"1"});
}

} // namespace rollcall::testing::cluster_resume_test
