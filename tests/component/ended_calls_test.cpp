#include "actor_fixture.hpp"

namespace rollcall::testing::ended_calls_test {

TEST_CASE_FIXTURE(world, "which calls of a switch are over is forgotten also when it says no more") {
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), over("1"));
  advance(2s);
  CHECK(status("sbc-1").ended == 1);
  for (int minute = 0; minute < 16; ++minute) {
    if (minute < 10)
      CHECK(status("sbc-1").ended == 1);
    sched.clock().advance_time(60s);
    run();
  }
  CHECK(status("sbc-1").ended == 0);
}

} // namespace rollcall::testing::ended_calls_test
