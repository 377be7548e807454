#include "cluster_world.hpp"

// A node leaves: by a drain, or forgotten when it is away for good.

namespace rollcall::testing::cluster_drain_test {

namespace {

/// node-b has sbc-2 with two calls, of which one is to be hung up.
struct draining_world : cluster_world {
  switch_wire switch_of_b = switched_on(1, "sbc-2");

  draining_world() {
    switched_on(0, "sbc-1");
    tell(switch_of_b, call{"1"}.in(11), call{"2"}.in(11));
    advance(1s);
    call_named("sbc-2:1");
    REQUIRE(switch_of_b.at->hung_up == lines{"1"});
  }

  void call_named(const char* id) {
    ask_disconnect(0, hang_up_call(id));
    advance(250ms);
  }
  auto order(std::size_t at, node_order::kind what, const std::string& node) {
    auto answer = ask_later<node_order_answer>(sites[at].front, node_order{what, node, {}});
    run();
    return answer;
  }
  auto drain(std::size_t at, const std::string& node) { return order(at, node_order::kind::drain, node); }
  auto forget(std::size_t at, const std::string& node) { return order(at, node_order::kind::forget, node); }

  /// What the daemon of a drained node does.
  void leave(std::size_t i) {
    const auto left = ask_later<caf::ok_atom>(sites[i].cluster, atom::left_v);
    advance(1s);
    REQUIRE(left->has_value());
    for (std::size_t other = 0; other < sites.size(); ++other)
      if (other != i)
        part(i, other);
    run();
    advance(1s);
  }
  lines calls_at(std::size_t at) {
    auto answer = list_at(at, all_of(1));
    CHECK(answer.covers.missing.empty());
    CHECK(answer.covers.unknown.empty());
    return read(*answer.rows);
  }
};

using kind = node_order::kind;

} // namespace

TEST_CASE_FIXTURE(draining_world,
                  "a drain hands calls and hang-ups of a switch that does not come back to another node") {
  lose(switch_of_b);
  const auto answer = drain(0, "node-b");
  CHECK(sites[1].drains == std::vector<bool>{true});
  CHECK_FALSE(answer->has_value()); // the switch may yet come to another node by itself
  advance(defaults::move_patience + 1s);
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  CHECK(sites[1].drained == 1);
  leave(1);
  for (const std::size_t at : {0U, 2U})
    CHECK(calls_at(at) == lines{"sbc-2:1 Disconnecting 11@1 node-a", "sbc-2:2 Connected 11@1 node-a"});
  // On another node than the one that has inherited them, the hang-up is sent again all the same.
  const auto back = attach(2, "sbc-2", 2);
  REQUIRE(back);
  tell(*back, snapshot_begin{}, call{"1"}.in(11), call{"2"}.in(11), snapshot_end{});
  advance(6s);
  CHECK(back->at->hung_up == lines{"1"});
  CHECK(calls_at(0).size() == 2);
}

TEST_CASE_FIXTURE(draining_world, "a drain waits for a switch that moves by itself, with its hang-ups") {
  const auto answer = drain(2, "node-b");
  CHECK_FALSE(attach(1, "sbc-2", 2)); // not here
  const auto moved = attach(2, "sbc-2", 3);
  REQUIRE(moved);
  advance(1s);
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  leave(1);
  tell(*moved, snapshot_begin{}, call{"1"}.in(11), call{"2"}.in(11), snapshot_end{});
  advance(6s);
  CHECK(moved->at->hung_up == lines{"1"});
  CHECK(calls_at(0).size() == 2);
}

TEST_CASE_FIXTURE(draining_world,
                  "a switch that connects while its calls are inherited is attached behind them") {
  lose(switch_of_b);
  const auto answer = drain(0, "node-b");
  advance(defaults::move_patience - 250ms);
  between(0, 1).held_to = {1};
  advance(500ms); // node-a has asked node-b for what it has, and waits
  switch_wire back;
  const auto attaching =
      ask_later<attached>(attach_actor{sites[0].cluster}, attach_request{switch_name{"sbc-2"}, 2, back.at});
  run();
  CHECK_FALSE(attaching->has_value());
  between(0, 1).release();
  advance(1s);
  REQUIRE(attaching->has_value());
  REQUIRE(**attaching);
  back.session = ***attaching;
  tell(back, snapshot_begin{}, call{"2"}.in(11), snapshot_end{}); // the other has ended meanwhile
  advance(6s);
  CHECK(calls_at(2) == lines{"sbc-2:1 Dead 11@1 node-a", "sbc-2:2 Connected 11@1 node-a"});
  CHECK(back.at->hung_up.empty());
  REQUIRE(answer->has_value());
  CHECK(**answer);
}

TEST_CASE_FIXTURE(draining_world,
                  "a node is not drained while no other node has one of its switches, and names it") {
  for (const std::size_t at : {0U, 2U})
    self->send(sites[at].node, dir,
               std::vector<switch_settings>{{switch_name{"sbc-1"}, environment_id{1}},
                                            {switch_name{"sbc-9"}, environment_id{2}}});
  run();
  advance(1s);
  const auto answer = drain(0, "node-b");
  REQUIRE(answer->has_value());
  REQUIRE_FALSE(**answer);
  CHECK((**answer).error() == ec::not_drained);
  const auto& why = (**answer).error().context();
  REQUIRE(why.match_elements<std::string>());
  CHECK(why.get_as<std::string>(0) == "no other node that is up has switch sbc-2");
  CHECK(sites[1].drains.empty());
  // One that stops all the same is missed: nobody else tells its calls.
  const auto stopping = ask_later<caf::ok_atom>(sites[1].cluster, atom::drain_v, false);
  run();
  REQUIRE(stopping->has_value());
  CHECK_FALSE(**stopping);
  part(0, 1);
  part(1, 2);
  run();
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-b"});
}

// A long error would cut the connection to the node that asked: see transport/cluster/basp_frames.hpp.
TEST_CASE_FIXTURE(draining_world,
                  "of many switches that no other node has, a few are named and the others counted") {
  std::vector<switch_settings> many;
  for (int i = 100; i < 400; ++i)
    many.push_back({switch_name{"a-long-name-of-a-switch-" + std::to_string(i)}, environment_id{1}});
  self->send(sites[1].node, dir, many);
  run();
  advance(1s);
  const auto answer = ask<caf::ok_atom>(sites[1].cluster, atom::drain_v, false);
  REQUIRE_FALSE(answer);
  const auto text = answer.error().context().get_as<std::string>(0);
  CHECK(text.size() < 1'000);
  CHECK(text.find("a-long-name-of-a-switch-") != std::string::npos);
  CHECK(text.ends_with(" more"));
}

TEST_CASE_FIXTURE(draining_world, "nodes that stop together do not hand their switches to each other") {
  const auto a = ask_later<caf::ok_atom>(sites[0].cluster, atom::drain_v, false);
  const auto b = ask_later<caf::ok_atom>(sites[1].cluster, atom::drain_v, false);
  ask_later<caf::ok_atom>(sites[2].cluster, atom::drain_v, false); // it has none
  advance(1s);
  for (const auto& each : {a, b}) {
    REQUIRE(each->has_value());
    CHECK_FALSE(**each);
  }
}

TEST_CASE_FIXTURE(draining_world, "a node that does not answer the order to drain is not taken for drained") {
  between(0, 1).held_to = {1};
  const auto answer = drain(0, "node-b");
  advance(500ms);
  CHECK_FALSE(answer->has_value());
  advance(defaults::drain_deadline);
  REQUIRE(answer->has_value());
  REQUIRE_FALSE(**answer);
  CHECK((**answer).error() == ec::not_drained);
  between(0, 1).release(); // it was told to somebody that it was not
  advance(1s);
  CHECK(sites[1].drains.empty());
}

TEST_CASE_FIXTURE(draining_world, "nothing is inherited from a node that stopped draining") {
  const auto nobody = ask_later<released>(wire::member_actor{sites[1].member}, atom::release_v,
                                          std::string{"sbc-2"}, epoch_bound, switch_host{});
  run();
  REQUIRE(nobody->has_value());
  CHECK_FALSE(**nobody);
  CHECK(switch_of_b.at->closed.empty());
}

TEST_CASE_FIXTURE(draining_world, "only a node that is known and not up can be forgotten") {
  const auto refusal = [&](const auto& answer) -> caf::error {
    REQUIRE(answer->has_value());
    REQUIRE_FALSE(**answer);
    return (**answer).error();
  };
  CHECK(refusal(forget(0, "node-x")) == ec::unknown_node);
  CHECK(refusal(drain(0, "node-x")) == ec::unknown_node);
  CHECK(refusal(forget(0, "node-b")) == ec::node_up);
  CHECK(refusal(forget(0, "node-a")) == ec::node_up);
  cut(0, 1);
  cut(1, 2);
  advance(4s);
  CHECK(refusal(drain(0, "node-b")) == ec::node_missing);
  CHECK(list_at(2, all_of(1)).covers.missing == lines{"node-b"});
  part(0, 1);
  part(1, 2);
  run();
  const auto forgotten = forget(0, "node-b");
  REQUIRE(forgotten->has_value());
  CHECK(**forgotten);
  advance(1s);
  for (const std::size_t at : {0U, 2U})
    CHECK(list_at(at, all_of(1)).covers.missing.empty());
  heal(0, 1);
  heal(1, 2);
  advance(1s);
  cut(0, 1);
  cut(1, 2);
  advance(4s);
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-b"}); // it was met again
}

TEST_CASE_FIXTURE(draining_world, "a node that has left is not missed by one of whose peers it is") {
  peer_status wire;
  wire.address = "node-b.example:1";
  wire.configured = true;
  wire.node = node_id{"node-b"};
  sites[0].mesh->peers = {wire};
  lose(switch_of_b);
  const auto answer = drain(0, "node-b");
  advance(defaults::move_patience + 1s);
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  leave(1);
  CHECK(calls_at(0).size() == 2);
  sites[0].mesh->peers.front().node.reset(); // as after a restart: who is there is not known
  advance(1s);
  CHECK(list_at(0, all_of(1)).covers.missing.empty());
}

} // namespace rollcall::testing::cluster_drain_test
