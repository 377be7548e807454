#include "tests/component/actor_fixture.hpp"
#include "tests/component/cluster_world.hpp"

#include <limits>

namespace rollcall::testing::link_epoch_test {

using lines = world::lines;

namespace {

const switch_host host_a{"run-a", "10.0.0.1"};
const switch_host host_b{"run-b", "10.0.0.2"};
const switch_host host_c{"run-c", "10.0.0.3"};

bool has_two_hosts(const caf::expected<switch_wire>& answer) {
  return !answer && answer.error() == ec::two_hosts;
}

} // namespace

// --- terms

TEST_CASE_FIXTURE(world, "a switch can connect again and again whatever its epochs and terms were") {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last = 0;
  const auto term = [&] {
    for (const auto& claim : context->claims.all())
      if (claim.name == switch_name{"sbc-1"})
        return claim.term;
    return std::uint64_t{0};
  };
  for (const auto above : {std::uint64_t{0}, epoch_bound - 1, highest - 1, highest}) {
    switch_wire fresh;
    attach_request request{switch_name{"sbc-1"}, ++last, fresh.at};
    request.above = above;
    const auto answer = ask<attached>(node, request);
    REQUIRE(answer);
    CHECK(term() >= std::min(above, highest_term));
    CHECK(term() <= highest_term);
  }
}

TEST_CASE("of two claims the newer wins, and an invalid term never does") {
  const auto claim = [](std::uint64_t term, bool connected) {
    return switch_claim{switch_name{"a"}, environment_id{1}, term, true, connected, false, true};
  };
  const node_id one{"one"};
  const node_id two{"two"};
  CHECK(wins(claim(3, true), two, claim(2, true), one));
  CHECK(wins(claim(2, true), one, claim(3, false), two)); // who is connected has the calls
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  CHECK(wins(claim(highest_term, true), one, claim(highest, true), two));
  CHECK_FALSE(wins(claim(highest, true), two, claim(highest_term, true), one));
  CHECK(next_term(1, highest, 0) == highest_term);
  CHECK(next_term(1, 5, 7) == 8);
  CHECK(next_term(9, 5, 7) == 9);
}

// --- two hosts with one name

TEST_CASE_FIXTURE(world, "two hosts with one name: the first keeps it, and the other is told so") {
  REQUIRE(attach("sbc-1", 1, host_a));
  REQUIRE(attach("sbc-1", 2, host_b));
  CHECK(status("sbc-1").trouble.empty());
  const auto kept = attach("sbc-1", 3, host_a);
  REQUIRE(kept);
  tell(*kept, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  for (std::uint64_t epoch = 4; epoch < 8; ++epoch) {
    CHECK(has_two_hosts(attach("sbc-1", epoch, host_b)));
    advance(20s);
  }
  CHECK(kept->at->closed.empty());
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(status("sbc-1").trouble == "two hosts use the name sbc-1");
  CHECK(attach("sbc-1", 9, host_a)); // it may reconnect as it likes
}

TEST_CASE_FIXTURE(world, "the name is free again when the host that kept it has been gone for ten seconds") {
  REQUIRE(attach("sbc-1", 1, host_a));
  REQUIRE(attach("sbc-1", 2, host_b));
  const auto kept = attach("sbc-1", 3, host_a);
  lose(*kept);
  advance(9s);
  CHECK(has_two_hosts(attach("sbc-1", 4, host_b)));
  advance(1s);
  CHECK(attach("sbc-1", 5, host_b));
  CHECK(status("sbc-1").trouble == "");
}

TEST_CASE_FIXTURE(world, "a switch that restarts again and again replaces itself") {
  std::uint64_t epoch = 0;
  for (const auto* run : {"b", "c", "d", "e", "f"})
    CHECK(attach("sbc-1", ++epoch, {run, "10.0.0.1"}));
  CHECK(status("sbc-1").trouble.empty());
  // The same run that connects anew, with another one before it long ago.
  CHECK(attach("sbc-1", ++epoch, {"f", "10.0.0.1"}));
  advance(61s);
  CHECK(attach("sbc-1", ++epoch, {"e", "10.0.0.1"}));
  CHECK(status("sbc-1").trouble.empty());
}

TEST_CASE_FIXTURE(world,
                  "switches that do not say their run are told apart by address, where these alternate") {
  std::uint64_t epoch = 0;
  for (const auto* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.3"})
    CHECK(attach("sbc-1", ++epoch, {"", address}));
  CHECK(attach("sbc-1", ++epoch, {"", "10.0.0.2"}));
  CHECK(has_two_hosts(attach("sbc-1", ++epoch, {"", "10.0.0.3"})));
}

TEST_CASE_FIXTURE(world, "connections of unknown hosts replace each other") {
  for (std::uint64_t epoch = 1; epoch < 6; ++epoch)
    CHECK(attach("sbc-1", epoch));
  CHECK(status("sbc-1").trouble.empty());
}

TEST_CASE_FIXTURE(cluster_world,
                  "two hosts with one name at two nodes: the node that has the switch decides") {
  const auto attach_at = [&](std::size_t at, std::uint64_t epoch, const switch_host& from) {
    const auto connection = std::make_shared<fake_switch>();
    connection->from = from;
    return ask<attached>(sites[at].cluster, attach_request{switch_name{"sbc-1"}, epoch, connection});
  };
  REQUIRE(attach_at(0, 1, host_a));
  REQUIRE(attach_at(1, 2, host_b));
  REQUIRE(attach_at(0, 3, host_a));
  for (std::size_t at = 0; at < 3; ++at) {
    const auto other = attach_at(at, 10 + at, host_b);
    REQUIRE_FALSE(other);
    CHECK(other.error() == ec::two_hosts);
  }
  CHECK(attach_at(2, 20, host_a)); // wherever the one goes that keeps it
  const auto other = attach_at(1, 30, host_c);
  REQUIRE_FALSE(other);
  CHECK(other.error() == ec::two_hosts);
}

TEST_CASE_FIXTURE(cluster_world,
                  "a switch that another node knows is not unknown, and one that no node knows is") {
  const auto unknown_at = [&](std::size_t at) { return list_at(at, all_of(1)).covers.unknown; };
  CHECK(unknown_at(0) == lines{"sbc-1", "sbc-2"});
  const auto one = switched_on(0, "sbc-1");
  tell(one, call{"1"}.in(11));
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(unknown_at(at) == lines{"sbc-2"});
    CHECK(stats_at(at).covers.unknown == lines{"sbc-2"});
  }
  const auto told = disconnect(2, [](auto& r) { r.account = account_id{22}; });
  CHECK(told.sent == 0);
  CHECK(told.failed == 1);
  CHECK(told.away == lines{"sbc-2"});
}

TEST_CASE_FIXTURE(cluster_world, "a switch that moves to another node stays known") {
  const auto one = switched_on(0, "sbc-1");
  tell(one, call{"1"}.in(11));
  const auto connection = std::make_shared<fake_switch>();
  REQUIRE(ask<attached>(sites[1].cluster, attach_request{switch_name{"sbc-1"}, 1'000, connection}));
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(list_at(at, all_of(1)).covers.unknown == lines{"sbc-2"});
  advance(10s); // the node before has let go
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(list_at(at, all_of(1)).covers.unknown == lines{"sbc-2"});
}

} // namespace rollcall::testing::link_epoch_test
