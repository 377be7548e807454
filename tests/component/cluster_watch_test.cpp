#include "cluster_world.hpp"
#include "tests/component/stream_mirror.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

// Streams over three nodes.
namespace rollcall::testing::cluster_watch_test {

namespace {

/// A cluster with a client of node-a.
struct watched_cluster : cluster_world {
  using states = std::map<std::string, std::string>;

  stream_mirror mirror{*this, sites[0].front, dir, 1};

  void read_for(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 250ms) {
      mirror.pump();
      advance(250ms);
    }
    mirror.pump();
  }

  /// IDs.
  lines mirrored() const {
    lines ids;
    for (const auto& [id, record] : mirror.calls())
      ids.push_back(id);
    return ids;
  }
};

} // namespace

TEST_CASE_FIXTURE(
    watched_cluster,
    "after a reset a call is shown whose ID a call before it had used again, and ended unread") {
  auto& here = *sites[0].context;
  here.dead_linger = 1'000ms;
  tell(*attach(0, "sbc-1", 1, {"run 1", {}}), snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  mirror.come();
  read_for(3s);
  wall += 10s;
  const auto second = *attach(0, "sbc-1", 2, {"run 2", {}});
  tell(second, snapshot_begin{}, call{"1"}.in(22), snapshot_end{});
  read_for(3s);
  REQUIRE(mirrored() == lines{"sbc-1:1"});
  REQUIRE(mirror.calls().begin()->second->account() == account_id{22});
  REQUIRE(mirror.resets().empty());

  advance(2s); // from here on it does not read
  std::size_t next = 0;
  auto why = reset_reason::unknown_since;
  SUBCASE("by a node that knows no more what has happened since") { here.changes.set_bounds({.behind = 0}); }
  SUBCASE("by a switch that moves") {
    next = 1;
    why = reset_reason::moved;
  }
  tell(second, over("1"));
  // Its link forgets it: nothing says of the next call that it uses an ID again.
  advance(3s);
  tell(*attach(next, "sbc-1", 3, {"run 3", {}}), snapshot_begin{}, call{"1"}.in(33), snapshot_end{});
  read_for(3s);
  REQUIRE(mirror.resets().contains("sbc-1"));
  CHECK(mirror.resets().at("sbc-1") == why);
  REQUIRE(mirrored() == lines{"sbc-1:1"});
  CHECK(mirror.calls().begin()->second->account() == account_id{33});
}

TEST_CASE_FIXTURE(watched_cluster,
                  "a stream that goes on while a node is missing keeps that node's calls until it is back") {
  const auto here = switched_on(0, "sbc-1");
  const auto there = switched_on(1, "sbc-2");
  tell(here, call{"1"}.in(11));
  tell(there, call{"1"}.in(22), call{"2"}.in(33));
  mirror.come();
  read_for(3s);
  REQUIRE(mirror.is_complete());
  REQUIRE(mirrored() == lines{"sbc-1:1", "sbc-2:1", "sbc-2:2"});
  mirror.leave();
  run();
  part(0, 1);
  tell(here, over("1"), call{"2"}.in(11));
  tell(there, over("1"), call{"3"}.in(44));

  const auto goes_on_without_it = [&] {
    const auto marks = mirror.marks();
    mirror.come();
    read_for(3s);
    CHECK(mirror.is_resumed());
    CHECK(mirror.marks() > marks);
    CHECK_FALSE(mirror.is_complete());
    CHECK(mirror.states() == states{{"node-b", "missing"}, {"sbc-2", "lost"}});
    CHECK(mirror.resets().empty());
    CHECK(mirrored() == lines{"sbc-1:2", "sbc-2:1", "sbc-2:2"});
    CHECK(mirror.ends() == 1);
  };
  goes_on_without_it();
  SUBCASE("when it came once meanwhile") {}
  SUBCASE("or twice: the token still says where that node was left") {
    mirror.leave();
    run();
    goes_on_without_it();
  }

  heal(0, 1);
  read_for(3s);
  CHECK(mirror.states() == states{{"node-b", "back"}, {"sbc-2", "verified"}});
  CHECK(mirror.resets().empty());
  CHECK(mirrored() == lines{"sbc-1:2", "sbc-2:2", "sbc-2:3"});
  CHECK(mirror.ends() == 2);
  CHECK(mirror.is_complete());
}

} // namespace rollcall::testing::cluster_watch_test
