#include "tests/component/actor_fixture.hpp"

#include <algorithm>

// A switch that has restarted: its process, the run, is another one, and may use ids anew.

namespace rollcall::testing::link_run_test {

using lines = world::lines;

TEST_CASE_FIXTURE(world, "a call of the switch's new run that has the id of one before is another call") {
  const auto before = *attach("sbc-1", 1, {"run 1", {}});
  tell(before, snapshot_begin{}, snapshot_end{}, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11),
       over("3"));
  CHECK(disconnect(hang_up_account(11)).sent == 2);
  wall += 10s;
  SUBCASE("that is how it is after a restart") {
    const auto after = *attach("sbc-1", 2, {"run 2", {}});
    tell(after, snapshot_begin{}, call{"1"}.in(22), call{"3"}.in(22), snapshot_end{});
    auto shown = list();
    std::sort(shown.begin(), shown.end());
    CHECK(shown == lines{"sbc-1:1 Connected 22@2", "sbc-1:2 Dead 11@1", "sbc-1:3 Connected 22@2"});
    advance(context->disconnect_retry.load() * 3);
    CHECK(after.at->hung_up.empty());
  }
  SUBCASE("before the new run has named a call, nobody knows whether its id is another call's") {
    const auto after = *attach("sbc-1", 2, {"run 2", {}});
    advance(context->disconnect_retry.load() * 3);
    CHECK(disconnect(hang_up_account(11)).sent == 0);
    CHECK(after.at->hung_up.empty());
    tell(after, snapshot_begin{}, call{"1"}.in(22), snapshot_end{});
    advance(context->disconnect_retry.load() * 3);
    CHECK(after.at->hung_up.empty());
    CHECK(disconnect(hang_up_account(22)).sent == 1);
  }
  SUBCASE("what it calls an id that was over is no late line of the former run") {
    advance(context->dead_linger.load() + 2s);
    const auto after = *attach("sbc-1", 2, {"run 2", {}});
    tell(after, snapshot_begin{}, snapshot_end{});
    tell(after, call{"3"}.in(22));
    auto shown = list();
    CHECK(std::find(shown.begin(), shown.end(), "sbc-1:3 Connected 22@2") != shown.end());
  }
  SUBCASE("in the same run it is the same call, whatever it says of its beginning") {
    const auto after = *attach("sbc-1", 2, {"run 1", {}});
    tell(after, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
    advance(context->disconnect_retry.load() * 3);
    CHECK(after.at->hung_up.front() == "1");
  }
  SUBCASE("that began at the same time it is the same call, whatever process tells of it") {
    const auto after = *attach("sbc-1", 2, {"run 2", {}});
    wall -= 10s;
    tell(after, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
    wall += 10s;
    advance(context->disconnect_retry.load() * 3);
    CHECK(after.at->hung_up.front() == "1");
  }
}

} // namespace rollcall::testing::link_run_test
