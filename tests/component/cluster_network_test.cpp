#include "cluster_world.hpp"

// Who and what there is, as every node of a cluster tells it.

namespace rollcall::testing::cluster_network_test {

namespace {

using lines = world::lines;

/// Three nodes where a node that is missing makes answers about calls a fault.
struct strict_cluster : cluster_world {
  strict_cluster() : cluster_world(true) {}
};

cluster_stats_answer answer_of(cluster_world& w, std::size_t at, std::int64_t scope = 1) {
  const auto answer =
      w.ask<cluster_stats_answer>(w.sites[at].front, stats_request{customer_id{scope}, true, w.dir, true});
  REQUIRE(answer);
  REQUIRE(answer->network);
  CHECK(answer->accounts.empty());
  return *answer;
}

network_picture network_of(cluster_world& w, std::size_t at, std::int64_t scope = 1) {
  return *answer_of(w, at, scope).network;
}

/// `sbc-1 connected node-a 2`: name, state, node, calls; `?` for calls that are not known, and `!` behind the
/// node that has not answered.
lines switch_lines(const network_picture& network) {
  lines result;
  for (const auto& [holder, calls, events] : network.switches)
    result.push_back(holder.claim.name.value() + ' ' + std::string{to_string(presence_of(holder.claim))} + ' '
                     + holder.node.value() + (holder.missing ? "! " : " ")
                     + (calls ? std::to_string(*calls) : "?"));
  return result;
}

/// `node-a up`.
lines node_lines(const network_picture& network) {
  lines result;
  for (const auto& node : network.nodes)
    result.push_back(node.name + (node.up ? " up" : " missing"));
  return result;
}

const switch_picture& find(const network_picture& network, const std::string& name) {
  for (const auto& one : network.switches)
    if (one.holder.claim.name.value() == name)
      return one;
  FAIL("no such switch");
  return network.switches.front();
}

timestamp since(const network_picture& network, const std::string& name) {
  return timestamp{std::chrono::microseconds{find(network, name).holder.claim.since}};
}

} // namespace

TEST_CASE_FIXTURE(cluster_world, "every node tells each switch once, with the calls of the scope") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11), call{"2", call_state::wait_route}.in(22), call{"3", call_state::idle}.in(22));
  tell(two, call{"4"}.in(33));
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(switch_lines(network_of(*this, at))
          == lines{"sbc-1 connected node-a 2", "sbc-2 connected node-b 1"});
    CHECK(switch_lines(network_of(*this, at, 2))
          == lines{"sbc-1 connected node-a 1", "sbc-2 connected node-b 1"});
    CHECK(switch_lines(network_of(*this, at, 4))
          == lines{"sbc-1 connected node-a 0", "sbc-2 connected node-b 0"});
    CHECK(switch_lines(network_of(*this, at, 20)) == lines{"sbc-9 unknown node-a 0"});
    CHECK(find(network_of(*this, at), "sbc-1").holder.claim.verified);
  }
}

TEST_CASE_FIXTURE(cluster_world, "a switch is lost, or not known, since its connection or its word is gone") {
  const auto begun = wall;
  advance(2s);
  const auto came = wall;
  const auto one = switched_on(0, "sbc-1");
  advance(2s);
  CHECK(since(network_of(*this, 1), "sbc-1") == came);
  CHECK(since(network_of(*this, 1), "sbc-2") == begun);
  const auto went = wall;
  lose(one);
  advance(2s);
  for (std::size_t at = 0; at < 3; ++at) {
    const auto network = network_of(*this, at);
    CHECK(switch_lines(network) == lines{"sbc-1 lost node-a 0", "sbc-2 unknown node-a 0"});
    CHECK(since(network, "sbc-1") == went);
    CHECK_FALSE(find(network, "sbc-1").holder.claim.verified);
  }
}

TEST_CASE_FIXTURE(cluster_world, "a switch that has moved is told by the node that it has moved to") {
  tell(switched_on(0, "sbc-1", 5), call{"1"}.in(11));
  advance(1s);
  const auto moved = wall;
  REQUIRE(attach(1, "sbc-1", 6));
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(switch_lines(network_of(*this, at)).front() == "sbc-1 connected node-b 1");
    CHECK(since(network_of(*this, at), "sbc-1") == moved);
  }
}

TEST_CASE_FIXTURE(cluster_world,
                  "the switch of a missing node is told as last known, until it comes elsewhere") {
  tell(switched_on(0, "sbc-1"), call{"1"}.in(11));
  tell(switched_on(1, "sbc-2"), call{"2"}.in(11));
  advance(1s);
  const auto went = wall;
  part(0, 1);
  part(2, 1);
  run();
  for (const std::size_t at : {0U, 2U}) {
    const auto answer = answer_of(*this, at);
    CHECK(answer.covers.missing == lines{"node-b"});
    CHECK(node_lines(*answer.network) == lines{"node-a up", "node-b missing", "node-c up"});
    CHECK(answer.network->nodes[1].since == went);
    CHECK(answer.network->nodes[1].version == "version of node-b");
    CHECK(switch_lines(*answer.network) == lines{"sbc-1 connected node-a 1", "sbc-2 connected node-b! ?"});
    CHECK_FALSE(find(*answer.network, "sbc-2").events);
  }
  const auto again = *attach(2, "sbc-2", 2);
  CHECK(switch_lines(network_of(*this, 0)).back() == "sbc-2 unknown node-c 0");
  tell(again, snapshot_begin{}, call{"2"}.in(11), snapshot_end{});
  CHECK(switch_lines(network_of(*this, 0)).back() == "sbc-2 connected node-c 1");
}

TEST_CASE_FIXTURE(cluster_world, "a node that does not answer in time takes nothing but its own part away") {
  tell(switched_on(0, "sbc-1"), call{"1"}.in(11));
  tell(switched_on(1, "sbc-2"), call{"2"}.in(11));
  cut(0, 1);
  const auto answer =
      ask_later<cluster_stats_answer>(sites[0].front, stats_request{customer_id{1}, true, dir, true});
  advance(3s);
  REQUIRE(answer->has_value());
  REQUIRE(**answer);
  CHECK((**answer)->covers.missing == lines{"node-b"});
  REQUIRE((**answer)->network);
  CHECK(switch_lines(*(**answer)->network) == lines{"sbc-1 connected node-a 1", "sbc-2 connected node-b! ?"});
}

TEST_CASE_FIXTURE(cluster_world, "nodes are told with the one that answers, since when, and which program") {
  const auto begun = wall;
  advance(2s);
  sites[1].skew = 500ms;
  advance(5s); // until no ping from before counts
  for (std::size_t at = 0; at < 3; ++at) {
    const auto network = network_of(*this, at);
    CHECK(node_lines(network) == lines{"node-a up", "node-b up", "node-c up"});
    for (const auto& node : network.nodes) {
      CHECK(node.version == "version of " + node.name);
      CHECK(node.directory == dir->hash());
      CHECK(node.since == begun);
    }
    CHECK(network.nodes[at].round_trip == 0us);
    CHECK(network.nodes[at].ahead == 0us);
  }
  CHECK(network_of(*this, 0).nodes[1].ahead == 500ms);
}

TEST_CASE_FIXTURE(cluster_world, "a node that nobody has met is missing since this one looks for it") {
  peer_status expected;
  expected.address = "10.0.0.9:4242";
  expected.configured = true;
  sites[0].mesh->peers = {expected};
  advance(600ms);
  const auto network = network_of(*this, 0);
  CHECK(node_lines(network).front() == "10.0.0.9:4242 missing");
  CHECK(network.nodes.front().since == sites[0].context->started);
  CHECK(network.nodes.front().version.empty());
}

TEST_CASE_FIXTURE(strict_cluster, "who is missing is told even where answers about calls are faults then") {
  switched_on(0, "sbc-1");
  part(0, 1);
  run();
  CHECK(ask<cluster_stats_answer>(sites[0].front, stats_request{customer_id{1}, true, dir}).error()
        == ec::node_missing);
  CHECK(node_lines(network_of(*this, 0)) == lines{"node-a up", "node-b missing", "node-c up"});
}

TEST_CASE_FIXTURE(cluster_world, "the events of the last ten seconds are counted, wherever the switch is") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11), call{"2"}.in(11));
  tell(two, call{"3"}.in(11));
  tell(two, over("3"), barrier{});
  tell(two, call{"4"}.in(11));
  advance(1s);
  const auto events = [&](std::size_t at, const std::string& name) {
    const auto told = find(network_of(*this, at), name).events;
    REQUIRE(told);
    return *told;
  };
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(events(at, "sbc-1") == 2);
    CHECK(events(at, "sbc-2") == 3);
  }
  advance(11s);
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(events(at, "sbc-1") == 0);
    CHECK(events(at, "sbc-2") == 0);
  }
}

TEST_CASE_FIXTURE(world, "one node alone tells itself and its switches") {
  const auto answer = ask<cluster_stats_answer>(front, stats_request{customer_id{1}, true, dir, true});
  REQUIRE(answer);
  REQUIRE(answer->network);
  CHECK(node_lines(*answer->network) == lines{"node-a up"});
  CHECK(switch_lines(*answer->network) == lines{"sbc-1 unknown node-a 0", "sbc-2 lost node-a 0"});
}

TEST_CASE_FIXTURE(world, "a switch that is removed from the configuration is told no more, nor its events") {
  tell(connected("sbc-1"), call{"1"}.in(11));
  advance(1s);
  CHECK(context->meters.recent(sched.clock().now()).at(switch_name{"sbc-1"}) == 1);
  reload(dir, {{switch_name{"sbc-2"}, environment_id{1}}, {switch_name{"sbc-9"}, environment_id{2}}});
  run();
  const auto answer = ask<cluster_stats_answer>(front, stats_request{customer_id{1}, true, dir, true});
  REQUIRE(answer);
  CHECK(switch_lines(*answer->network) == lines{"sbc-2 lost node-a 0"});
  CHECK_FALSE(context->meters.recent(sched.clock().now()).contains(switch_name{"sbc-1"}));
}

} // namespace rollcall::testing::cluster_network_test
