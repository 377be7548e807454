#include "tests/component/actor_fixture.hpp"

#include <random>

namespace rollcall::testing::link_disconnect_test {

using lines = world::lines;

TEST_CASE_FIXTURE(world, "a disconnect is sent again until the end comes, and never counted again") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  CHECK(disconnect(hang_up_call("sbc-1:1")).sent == 1);
  CHECK(list() == lines{"sbc-1:1 Disconnecting 11@1"});
  advance(4'500ms);
  CHECK(sbc.at->hung_up.size() == 1);
  advance(1s);
  CHECK(sbc.at->hung_up.size() == 2);
  advance(10s);
  CHECK(sbc.at->hung_up.size() == 4);
  CHECK(context->metrics.disconnects_sent == 1);
  CHECK(context->metrics.disconnects_repeated == 3);
  tell(sbc, call{"1", call_state::disconnecting}.again()); // said, and still not over
  advance(5s);
  CHECK(sbc.at->hung_up.size() == 5);
  tell(sbc, over("1"));
  advance(60s);
  CHECK(sbc.at->hung_up.size() == 5);
}

TEST_CASE_FIXTURE(world, "a disconnect is not lost with the connection: it is sent again on the next") {
  const auto sbc = connected("sbc-1", 1);
  tell(sbc, call{"1"}.in(11));
  disconnect(hang_up_call("sbc-1:1"));
  lose(sbc);
  advance(20s);
  CHECK(sbc.at->hung_up.size() == 1);
  const auto fresh = *attach("sbc-1", 2);
  tell(fresh, snapshot_begin{}, call{"1"}.in(11).again(), snapshot_end{});
  advance(6s);
  CHECK(fresh.at->hung_up == lines{"1"});
  CHECK(list() == lines{"sbc-1:1 Disconnecting 11@1"}); // Connected would go back
}

TEST_CASE_FIXTURE(world, "a refusal asks for a snapshot, once in a while, and the call stays Disconnecting") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  disconnect(hang_up_account(11));
  tell(sbc, refusal{"1", "no such call"}, refusal{"2", "no such call"});
  CHECK(context->metrics.disconnects_refused == 2);
  CHECK(sbc.at->resyncs == 1);
  advance(30s);
  tell(sbc, refusal{"1", "no such call"});
  CHECK(sbc.at->resyncs == 1);
  advance(31s);
  tell(sbc, refusal{"1", "no such call"});
  CHECK(sbc.at->resyncs == 2);
  tell(sbc, snapshot_begin{}, snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Dead 11@1", "sbc-1:2 Dead 11@1"});
}

TEST_CASE_FIXTURE(world, "a switch that is away, or too far behind, is unreachable, and no call changes") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11));
  sbc.at->writable = false;
  CHECK(disconnect(hang_up_call("sbc-1:1")).failed == 1);
  lose(sbc);
  const auto answer = disconnect(hang_up_account(11));
  CHECK(answer.sent == 0);
  CHECK(answer.failed == 1);
  CHECK(answer.away == lines{"sbc-1"});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(context->metrics.disconnects_unreachable == 2);
  // It was not promised, so it is not done later.
  const auto fresh = *attach("sbc-1", 2);
  advance(20s);
  CHECK(fresh.at->hung_up.empty());
}

} // namespace rollcall::testing::link_disconnect_test
