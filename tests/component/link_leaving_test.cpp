#include "cluster_world.hpp"

namespace rollcall::testing::link_leaving_test {

namespace {

/// A switch with many calls that has gone from node-a to node-b.
struct moved_switch : cluster_world {
  static constexpr int calls = 40;
  switch_wire before = switched_on(0, "sbc-1", 5);

  moved_switch() {
    sites[0].context->calls_at_once = 4;
    for (int i = 0; i < calls; ++i)
      say(before, call{std::to_string(i)}.in(11));
    run();
    tell(before, over("3"));
    REQUIRE(attach(1, "sbc-1", 6));
    advance(defaults::move_memory - 1s);
    REQUIRE(calls_of_a() == calls);
  }
  std::size_t calls_of_a() { return read(*list_of_node(0)).size(); }
};

} // namespace

TEST_CASE_FIXTURE(moved_switch, "a node forgets the calls of a released switch in slices, all of them") {
  sched.clock().advance_time(2s);
  int turns = 0;
  while (sched.try_run_once())
    ++turns;
  CHECK(turns > calls); // each call is told
  CHECK(calls_of_a() == 0);
  CHECK(list(2).size() == calls);
}

TEST_CASE_FIXTURE(moved_switch,
                  "a switch that comes back while its calls are being forgotten has each once") {
  sched.clock().advance_time(2s);
  for (int turns = 0; turns < 12; ++turns)
    sched.try_run_once();
  REQUIRE(attach(0, "sbc-1", 7));
  CHECK(list(2).size() == calls);
  CHECK(calls_of_a() == calls);
}

TEST_CASE_FIXTURE(moved_switch, "a switch removed from the configuration has neither calls nor a claim") {
  auto switches = world::switches();
  switches.erase(switches.begin());
  for (auto& one : sites)
    self->send(one.node, dir, switches);
  run();
  advance(1s);
  CHECK(calls_of_a() == 0);
  CHECK(list(2).empty());
  for (auto& one : sites)
    CHECK(one.context->claims.all().size() == 2);
}

} // namespace rollcall::testing::link_leaving_test
