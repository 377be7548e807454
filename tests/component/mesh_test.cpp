#include "mesh_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace rollcall::mesh_test {

using namespace rollcall::cluster;
using namespace rollcall::cluster::mesh_fixture;

namespace {

/// The side that dialled, of a pair that is connected.
std::pair<running_node*, running_node::news> dialling_side(running_node& a, running_node& b) {
  const auto of_a = a.connected_to("node-b");
  const auto of_b = b.connected_to("node-a");
  REQUIRE(of_a);
  REQUIRE(of_b);
  REQUIRE(of_a->dialled != of_b->dialled);
  return of_a->dialled ? std::pair{&a, *of_a} : std::pair{&b, *of_b};
}

} // namespace

TEST_CASE("two nodes find each other, and actors exchange messages") {
  running_node a{{.id = "node-a"}};
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  const auto at_b = b.connected_to("node-a");
  const auto at_a = a.connected_to("node-b");
  REQUIRE(at_a);
  REQUIRE(at_b);
  CHECK(at_b->dialled);
  CHECK_FALSE(at_a->dialled);
  CHECK_FALSE(at_a->published);
  CHECK(at_b->incarnation == a.incarnation());
  CHECK(b.ask(at_b->published, "hello") == "node-a: hello");

  const auto status = b->status();
  REQUIRE(status.size() == 1);
  CHECK(status.front().address == a.address());
  CHECK(status.front().configured);
  CHECK(status.front().connected);
  CHECK(status.front().node == node_id{"node-a"});
  CHECK(a->status().size() == 1); // where b is, which a was told
  CHECK(a->counters().connected == 1);
}

TEST_CASE("a dropped connection is told to monitors and to both sides, and comes again") {
  running_node a{{.id = "node-a"}};
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  for (int round = 0; round < 5; ++round) {
    const auto [dialled, found] = dialling_side(a, b);
    caf::scoped_actor self{dialled->system()};
    self->monitor(caf::actor_cast<caf::actor>(found.published));
    CHECK(dialled->ask(found.published, "x").ends_with(": x"));
    auto& dropping = round % 2 == 0 ? a : b;
    const auto other = round % 2 == 0 ? "node-b" : "node-a";
    const auto old = dropping.connected_to(other)->connection;
    dropping->drop(node_id{other}, old, "a test has had enough");
    bool down = false;
    self->receive([&](const caf::down_msg&) { down = true; }, caf::after(patience) >> [] {});
    CHECK(down);
    REQUIRE(dropping.wait([&](const auto& told) {
      const auto now = running_node::up(told, other);
      return now.size() == 1 && now.front().connection != old;
    }));
    REQUIRE(a.wait([&](const auto& told) { return told.size() >= 2U * round + 3; }));
    REQUIRE(b.wait([&](const auto& told) { return told.size() >= 2U * round + 3; }));
  }
  const auto [dialled, found] = dialling_side(a, b);
  CHECK(dialled->ask(found.published, "again").ends_with(": again"));
}

TEST_CASE("of two that dial each other at once exactly one connection survives") {
  for (int round = 0; round < 20; ++round) {
    running_node a{{.id = "node-a"}};
    running_node b{{.id = "node-b"}};
    a->set_peers({b.address()});
    b->set_peers({a.address()});
    const auto [dialled, found] = dialling_side(a, b);
    CHECK(dialled->ask(found.published, "x").ends_with(": x"));
    std::this_thread::sleep_for(std::chrono::milliseconds{30}); // for what might still come
    CHECK(running_node::up(a.told()).size() == 1);
    CHECK(running_node::up(b.told()).size() == 1);
    CHECK(a.told().size() == 1); // and none that was told was given up
    CHECK(b.told().size() == 1);
  }
}

TEST_CASE("a node that knows one finds all") {
  running_node a{{.id = "node-a"}};
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  running_node c{{.id = "node-c", .peers = {a.address()}}};
  REQUIRE(b.connected_to("node-c"));
  REQUIRE(c.connected_to("node-b"));
  REQUIRE(a.connected_to("node-c"));
}

TEST_CASE("a node that comes back as another run of itself is let in at once") {
  running_node a{{.id = "node-a"}};
  auto b = std::make_unique<running_node>(node_options{.id = "node-b", .peers = {a.address()}});
  REQUIRE(a.connected_to("node-b"));
  const auto before = b->incarnation();
  b = nullptr;
  running_node again{{.id = "node-b", .peers = {a.address()}}};
  REQUIRE(again.connected_to("node-a"));
  const auto found = a.connected_to("node-b");
  REQUIRE(found);
  CHECK(found->incarnation == again.incarnation());
  CHECK(found->incarnation != before);
}

TEST_CASE("the second of two nodes with one id stays outside while the first is there") {
  running_node a{{.id = "node-a"}};
  auto b = std::make_unique<running_node>(node_options{.id = "node-b", .peers = {a.address()}});
  REQUIRE(a.connected_to("node-b"));
  running_node twin{{.id = "node-b", .peers = {a.address()}}};
  running_node own_twin{{.id = "node-a", .peers = {a.address()}}};
  const auto refused = [](const running_node& who, const std::string& code) {
    for (int i = 0; i < 500; ++i) {
      const auto status = const_cast<running_node&>(who)->status();
      if (!status.empty() && status.front().last_error.starts_with(code))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
  };
  CHECK(refused(twin, "same_node"));
  CHECK(refused(own_twin, "same_node"));
  CHECK(twin.told().empty());
  b = nullptr;
  REQUIRE(twin.connected_to("node-a"));
}

TEST_CASE("nodes of another cluster or another version stay outside") {
  running_node a{{.id = "node-a"}};
  running_node stranger{{.id = "node-b", .peers = {a.address()}, .cluster = "other"}};
  running_node newer{{.id = "node-c", .peers = {a.address()}, .protocol = 2}};
  const auto counted = [&](std::size_t code) {
    for (int i = 0; i < 500 && a->counters().refused[code] == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    return a->counters().refused[code] > 0;
  };
  CHECK(counted(static_cast<std::size_t>(cluster::refusal::wrong_cluster)));
  CHECK(counted(static_cast<std::size_t>(cluster::refusal::wrong_version)));
  CHECK(a.told().empty());
  CHECK(stranger.told().empty());
  CHECK(newer.told().empty());
}

TEST_CASE("a node's own address among its peers does no harm, nor does one under two names") {
  running_node a{{.id = "node-a"}};
  running_node b{{.id = "node-b"}};
  b->set_peers({b.address(), a.address(), "localhost:" + std::to_string(a.port())});
  REQUIRE(b.connected_to("node-a"));
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  CHECK(b.told().size() == 1);
  const auto status = b->status();
  REQUIRE(status.size() == 2);
  CHECK(status[0].connected);
  CHECK(status[1].connected);
}

} // namespace rollcall::mesh_test
