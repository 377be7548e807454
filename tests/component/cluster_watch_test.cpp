#include "cluster_world.hpp"
#include "tests/component/stream_mirror.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>

// Streams over three nodes.
namespace rollcall::testing::cluster_watch_test {

namespace {

/// A cluster with a client of node-a.
struct watched_cluster : cluster_world {
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

} // namespace rollcall::testing::cluster_watch_test
