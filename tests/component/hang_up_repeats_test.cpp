#include "actor_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace rollcall::testing::hang_up_repeats_test {

TEST_CASE_FIXTURE(world, "disconnects that are due again are resent some at a time") {
  constexpr std::size_t calls = 7;
  const auto sbc = connected("sbc-1");
  context->calls_at_once = 2;
  for (std::size_t i = 0; i < calls; ++i)
    tell(sbc, call{std::to_string(i)}.in(11));
  disconnect(hang_up_account(11));
  advance(4'500ms);
  REQUIRE(sbc.at->hung_up.size() == calls);
  std::size_t most_in_a_turn = 0;
  sched.clock().advance_time(1s);
  for (auto before = sbc.at->hung_up.size(); sched.try_run_once(); before = sbc.at->hung_up.size())
    most_in_a_turn = std::max(most_in_a_turn, sbc.at->hung_up.size() - before);
  CHECK(most_in_a_turn == 2);
  CHECK(sbc.at->hung_up.size() == 2 * calls);
  CHECK(context->metrics.disconnects_repeated == calls);
}

TEST_CASE_FIXTURE(world, "a hang-up ends with its call, also when the same id comes again before it is due") {
  context->disconnect_retry = 60s;
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  const auto same = call{"1"}.in(11);
  tell(sbc, same);
  disconnect(hang_up_call("sbc-1:1"));
  REQUIRE(sbc.at->hung_up.size() == 1);
  tell(sbc, over("1"));
  advance(2s);
  REQUIRE(list().empty());
  tell(sbc, snapshot_begin{}, same, snapshot_end{});
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  advance(120s);
  CHECK(sbc.at->hung_up.size() == 1);
}

} // namespace rollcall::testing::hang_up_repeats_test
