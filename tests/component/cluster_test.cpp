#include "cluster_world.hpp"
#include "domain/calls/switch_claim.hpp"

namespace rollcall::testing::cluster_test {

namespace {

using outcome = cluster_disconnect_answer;

void call_named(disconnect_request& request, const std::string& id) { request.call = call_id{id}; }

} // namespace

TEST_CASE_FIXTURE(cluster_world, "every node lists and counts the calls of all, in the same order") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11), call{"3", call_state::wait_route}.in(22));
  wall += 1s;
  tell(two, call{"2"}.in(11), call{"4"}.in(33));
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(list(at)
          == lines{"sbc-1:1 Connected 11@1 node-a", "sbc-1:3 WaitRoute 22@2 node-a",
                   "sbc-2:2 Connected 11@1 node-b", "sbc-2:4 Connected 33@3 node-b"});
    CHECK(stats(at) == counts{{11, {2, 2}}, {22, {1, 0}}, {33, {1, 1}}});
    const auto covers = list_at(at, all_of(1)).covers;
    CHECK(covers.missing.empty());
    CHECK(covers.unverified.empty());
  }
}

TEST_CASE_FIXTURE(cluster_world, "offset, limit and order are those of the whole") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  for (int i = 0; i < 6; ++i) {
    wall += 1s;
    tell(i % 2 == 0 ? one : two, call{std::to_string(i)}.in(11));
  }
  auto query = all_of(1);
  query.offset = 2;
  query.limit = 3;
  for (std::size_t at = 0; at < 3; ++at) {
    query.order = call_order::oldest_first;
    CHECK(read(*list_at(at, query).rows)
          == lines{"sbc-1:2 Connected 11@1 node-a", "sbc-2:3 Connected 11@1 node-b",
                   "sbc-1:4 Connected 11@1 node-a"});
    query.order = call_order::longest_last;
    CHECK(read(*list_at(at, query).rows)
          == lines{"sbc-2:3 Connected 11@1 node-b", "sbc-1:2 Connected 11@1 node-a",
                   "sbc-2:1 Connected 11@1 node-b"});
  }
  query.filter.node = node_id{"node-b"};
  query.offset = 0;
  CHECK(read(*list_at(0, query).rows)
        == lines{"sbc-2:5 Connected 11@1 node-b", "sbc-2:3 Connected 11@1 node-b",
                 "sbc-2:1 Connected 11@1 node-b"});
}

TEST_CASE_FIXTURE(cluster_world,
                  "a list longer than one batch streams from node to node, and no faster than read") {
  const auto one = switched_on(0, "sbc-1");
  constexpr int many = 12'000;
  for (int i = 0; i < many; ++i)
    say(one, call{std::to_string(i)}.in(11).from("a number long enough to make the batches many: "
                                                 + std::string(60, '5')));
  run();
  auto answer = list_at(1, all_of(1));
  CHECK(read(*answer.rows).size() == many);
  answer = list_at(1, all_of(1)); // given up unread: the actors end, or this test hangs
}

TEST_CASE_FIXTURE(cluster_world,
                  "each kind of disconnect sent to any node reaches the right switch, and counts once") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11), call{"2"}.in(22), call{"3"}.in(33));
  tell(two, call{"4"}.in(11), call{"5"}.in(22), call{"6"}.in(33));
  auto told = disconnect(2, [](auto& r) { call_named(r, "sbc-2:4"); });
  CHECK(told.found);
  CHECK(told.sent == 1);
  CHECK(two.at->hung_up == lines{"4"});
  CHECK(disconnect(0, [](auto& r) { call_named(r, "sbc-2:4"); }).sent == 0);
  CHECK_FALSE(disconnect(0, [](auto& r) { call_named(r, "sbc-2:99"); }).found);
  CHECK_FALSE(disconnect(0, [](auto& r) { call_named(r, "nobody:1"); }).found);
  told = disconnect(2, [](auto& r) { r.account = account_id{22}; });
  CHECK(told.sent == 2);
  CHECK(one.at->hung_up == lines{"2"});
  CHECK(two.at->hung_up == lines{"4", "5"});
  told = disconnect(1, [](auto& r) { r.customer = customer_id{1}; });
  CHECK(told.sent == 3);
  CHECK(told.failed == 0);
  CHECK(one.at->hung_up.size() == 3);
  CHECK(two.at->hung_up.size() == 3);
}

TEST_CASE_FIXTURE(cluster_world, "an account that nobody knows is listed and hung up on every node") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(999), call{"2"}.named("stranger"));
  tell(two, call{"3"}.in(999), call{"4"}.named("other"), call{"5"}.in(11));
  auto query = all_of(1);
  query.account = account_id{999};
  CHECK(read(*list_at(2, query).rows).size() == 2);
  query = all_of(1);
  query.account_name = "stranger";
  CHECK(read(*list_at(2, query).rows).size() == 1);
  CHECK_FALSE(disconnect(2, [](auto& r) { r.account = account_id{998}; }).found);
  auto told = disconnect(2, [](auto& r) { r.account = account_id{999}; });
  CHECK(told.found);
  CHECK(told.sent == 2);
  told = disconnect(2, [](auto& r) { r.account_name = "stranger"; });
  CHECK(told.found);
  CHECK(told.sent == 1);
  CHECK(one.at->hung_up == lines{"1", "2"});
  CHECK(two.at->hung_up == lines{"3"});
}

TEST_CASE_FIXTURE(cluster_world, "a call whose switch is away is told as failed, wherever that was") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11));
  lose(one);
  const auto told = disconnect(2, [](auto& r) { r.account = account_id{11}; });
  CHECK(told.sent == 0);
  CHECK(told.failed == 1);
  CHECK(told.away == lines{"sbc-1"});
  CHECK(list_at(1, all_of(1)).covers.unverified == lines{"sbc-1"});
}

TEST_CASE_FIXTURE(
    cluster_world,
    "a node that falls silent is missing within seconds, is named, and is back when it is back") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11));
  tell(two, call{"2"}.in(11));
  cut(0, 1);
  cut(1, 2);
  auto waiting = ask_later<cluster_list_answer>(sites[0].front, list_request{all_of(1), dir});
  advance(2500ms);
  REQUIRE(waiting->has_value()); // the one that found out paid with the deadline
  CHECK((**waiting)->covers.missing == lines{"node-b"});
  advance(1s);
  CHECK(sites[0].mesh->dropped.size() >= 1);
  for (const std::size_t at : {0U, 2U}) {
    auto answer = list_at(at, all_of(1)); // and this one nothing
    CHECK(answer.covers.missing == lines{"node-b"});
    CHECK(read(*answer.rows) == lines{"sbc-1:1 Connected 11@1 node-a"});
    CHECK(stats_at(at).covers.missing == lines{"node-b"});
  }
  CHECK(list(1) == lines{"sbc-2:2 Connected 11@1 node-b"});
  CHECK(list_at(1, all_of(1)).covers.missing == lines{"node-a", "node-c"});
  const auto refused = ask<cluster_disconnect_answer>(sites[0].front, [&] {
    disconnect_request request;
    request.scope = customer_id{1};
    request.directory = dir;
    request.call = call_id{"sbc-2:2"};
    return request;
  }());
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == ec::node_missing);
  heal(0, 1);
  heal(1, 2);
  advance(600ms);
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(list_at(at, all_of(1)).covers.missing.empty());
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-a", "sbc-2:2 Connected 11@1 node-b"});
  }
}

TEST_CASE_FIXTURE(cluster_world, "a switch of a node that need not be asked is not told as away") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  tell(one, call{"1"}.in(11));
  advance(1s);
  auto query = all_of(1);
  query.filter.node = node_id{"node-b"};
  CHECK(list_at(2, query).covers.unverified.empty());
  CHECK(disconnect(2, [](auto& r) { call_named(r, "sbc-1:1"); }).covers.unverified.empty());
  lose(one);
  advance(1s);
  CHECK(list_at(2, query).covers.unverified == lines{"sbc-1"});
  CHECK(disconnect(2, [](auto& r) { call_named(r, "sbc-2:9"); }).covers.unverified == lines{"sbc-1"});
}

struct strict_cluster : cluster_world {
  strict_cluster() : cluster_world(true) {}
};

TEST_CASE_FIXTURE(strict_cluster,
                  "where partial answers are not wanted, a missing node is an error that names it") {
  const auto one = switched_on(0, "sbc-1");
  tell(one, call{"1"}.in(11));
  part(0, 1);
  run();
  const auto list = ask<cluster_list_answer>(sites[0].front, list_request{all_of(1), dir});
  REQUIRE_FALSE(list);
  CHECK(list.error() == ec::node_missing);
  CHECK(ask<cluster_stats_answer>(sites[0].front, stats_request{customer_id{1}, true, dir}).error()
        == ec::node_missing);
  disconnect_request request;
  request.scope = customer_id{1};
  request.directory = dir;
  request.account = account_id{11};
  CHECK(ask<cluster_disconnect_answer>(sites[0].front, request).error() == ec::node_missing);
  CHECK(one.at->hung_up == lines{"1"}); // what can be saved is saved
}

TEST_CASE_FIXTURE(cluster_world,
                  "a switch that connects to another node is there at once, with the same calls") {
  const auto before = switched_on(0, "sbc-1", 5);
  tell(before, call{"1"}.in(11), call{"2"}.in(22), call{"3"}.named("u33"));
  tell(before, call{"4", call_state::disconnecting}.in(44)); // by itself: nobody has asked for it
  disconnect(1, [](auto& r) { call_named(r, "sbc-1:2"); });
  wall += 10s;
  CHECK_FALSE(attach(1, "sbc-1", 5));
  CHECK_FALSE(attach(2, "sbc-1", 4));
  CHECK(before.at->closed.empty());
  const auto after = *attach(1, "sbc-1", 6);
  CHECK(before.at->closed == std::vector{close_reason::stale_epoch});
  const lines moved{"sbc-1:1 Connected 11@1 node-b", "sbc-1:2 Disconnecting 22@2 node-b",
                    "sbc-1:3 Connected 33@3 node-b", "sbc-1:4 Disconnecting 44@4 node-b"};
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(list(at) == moved);
    CHECK(list_at(at, all_of(1)).covers.unverified == lines{"sbc-1", "sbc-2"});
    CHECK(stats(at) == counts{{11, {1, 1}}, {33, {1, 1}}});
  }
  tell(after, snapshot_begin{}, call{"1"}.again(), call{"2"}.again(),
       call{"4", call_state::disconnecting}.again(), snapshot_end{});
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(list(at)
          == lines{"sbc-1:1 Connected 11@1 node-b", "sbc-1:2 Disconnecting 22@2 node-b",
                   "sbc-1:3 Dead 33@3 node-b", "sbc-1:4 Disconnecting 44@4 node-b"});
    CHECK(list_at(at, all_of(1)).covers.unverified == lines{"sbc-2"});
  }
  // What was to be hung up still is, by the node that has it now.
  advance(6s);
  CHECK(after.at->hung_up == lines{"2"});
  // The node before has let go.
  CHECK(read(*list_of_node(0)).empty());
  // And back.
  const auto again = *attach(0, "sbc-1", 7);
  CHECK(list(2).front() == "sbc-1:1 Connected 11@1 node-a");
  CHECK(disconnect(2, [](auto& r) { call_named(r, "sbc-1:1"); }).sent == 1);
  CHECK(again.at->hung_up == lines{"1"});
}

TEST_CASE_FIXTURE(cluster_world, "a partition shows each side its own part, and heals without ghosts") {
  const auto before = switched_on(0, "sbc-1", 5);
  tell(before, call{"1"}.in(11), call{"2"}.in(22));
  cut(0, 1);
  cut(0, 2);
  advance(3s);
  // The switch cannot reach its node either, and goes to another one, where nobody has its calls.
  const auto after = *attach(1, "sbc-1", 6);
  tell(after, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  for (const std::size_t at : {1U, 2U}) {
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-b"});
    CHECK(list_at(at, all_of(1)).covers.missing == lines{"node-a"});
  }
  CHECK(list(0) == lines{"sbc-1:1 Connected 11@1 node-a", "sbc-1:2 Connected 22@2 node-a"});
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-b", "node-c"});
  heal(0, 1);
  heal(0, 2);
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-b"});
    CHECK(stats(at) == counts{{11, {1, 1}}});
    CHECK(list_at(at, all_of(1)).covers.missing.empty());
  }
  CHECK(before.at->closed == std::vector{close_reason::stale_epoch});
  advance(6s);
  CHECK(read(*list_of_node(0)).empty());
}

TEST_CASE_FIXTURE(cluster_world, "addresses at which nobody was ever seen are missing under their own name") {
  peer_status expected;
  expected.address = "10.0.0.9:4242";
  expected.configured = true;
  sites[0].mesh->peers = {expected};
  advance(600ms);
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"10.0.0.9:4242"});
  auto query = all_of(1);
  query.filter.node = node_id{"node-z"}; // which may be just that one
  CHECK(list_at(0, query).covers.missing == lines{"10.0.0.9:4242"});
  sites[0].mesh->peers.front().node = node_id{"node-z"}; // it has refused us, or is about to join
  advance(600ms);
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-z"});
  sites[0].mesh->peers.front().node.reset();
  sites[0].mesh->peers.front().self = true; // a name for ourselves
  advance(600ms);
  CHECK(list_at(0, all_of(1)).covers.missing.empty());
}

TEST_CASE_FIXTURE(cluster_world,
                  "a call of a missing node is not denied by the one that had its switch before") {
  const auto before = switched_on(0, "sbc-1", 5);
  tell(before, call{"1"}.in(11));
  switched_on(2, "sbc-1", 6);
  advance(6s);
  part(0, 2);
  run();
  disconnect_request request;
  request.scope = customer_id{1};
  request.directory = dir;
  request.call = call_id{"sbc-1:1"};
  const auto answer = ask<cluster_disconnect_answer>(sites[0].front, request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == ec::node_missing);
}

TEST_CASE_FIXTURE(cluster_world,
                  "while a node is missing, a switch's first calls are not taken for all of its calls") {
  const auto before = switched_on(0, "sbc-1", 5);
  tell(before, call{"1"}.in(11), call{"2"}.in(11));
  part(0, 1);
  run();
  const auto after = *attach(1, "sbc-1", 6); // node-c, which both see, would be told that there is nothing
  tell(after, snapshot_begin{}, call{"2"}.in(11));
  CHECK(list(2) == lines{"sbc-1:1 Connected 11@1 node-a", "sbc-1:2 Connected 11@1 node-a"});
  tell(after, snapshot_end{});
  CHECK(list(2) == lines{"sbc-1:2 Connected 11@1 node-b"});
}

TEST_CASE("of two claims one wins, whoever compares them") {
  const node_id a{"a"};
  const node_id b{"b"};
  const auto claim = [](std::uint64_t term, bool whole, bool connected = true) {
    return switch_claim{switch_name{"s"}, environment_id{1}, term, whole, connected, false};
  };
  CHECK(wins(claim(2, true), a, claim(1, true), b));
  CHECK(wins(claim(1, true), a, claim(2, false), b));
  CHECK(wins(claim(1, true, true), b, claim(1, true, false), a));
  CHECK(wins(claim(1, true), a, claim(1, true), b));
  CHECK_FALSE(wins(claim(1, true), b, claim(1, true), a));
}

} // namespace rollcall::testing::cluster_test
