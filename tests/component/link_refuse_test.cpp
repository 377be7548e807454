#include "tests/component/actor_fixture.hpp"

// Calls above what a switch may have, where no switch is there to be told.

namespace rollcall::testing::link_refuse_test {

TEST_CASE_FIXTURE(world,
                  "a call above the bound that another node hands over is refused without a connection") {
  const auto before = *attach("sbc-1", 1, {"run 1", {}});
  tell(before, snapshot_begin{}, call{"1"}.in(11), call{"2"}.in(11), snapshot_end{});
  wall += 10s;
  const auto after = *attach("sbc-1", 2, {"run 2", {}});
  lose(after);
  context->calls_per_switch = 1;
  // In the new run the id is another call's, which is taken up as a new one.
  const switch_identity there{switch_name{"sbc-1"}, node_id{"node-b"}, environment_id{1}};
  self->send(node, atom::adopt_v, switch_name{"sbc-1"},
             records{call_record::first(*interned(there), call{"1"}.in(11))});
  run();
  CHECK(context->metrics.calls_refused == 1);
  CHECK(status("sbc-1").refused == 1);
  const auto answer = ask<cluster_list_answer>(front, list_request{all_of(1), dir});
  REQUIRE(answer);
  const auto& names = answer->covers.unverified;
  CHECK(std::count(names.begin(), names.end(), "sbc-1") == 1);
}

TEST_CASE_FIXTURE(world,
                  "a switch that breaks off while its calls are refused leaves the others as they were") {
  context->calls_per_switch = 2;
  const auto sbc = connected("sbc-1");
  say(sbc, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11), call{"4"}.in(11));
  lose(sbc);
  say(sbc, call{"5"}.in(11)); // late words of a connection that is gone
  run();
  CHECK(sbc.at->warnings.size() == 2);
  CHECK(context->metrics.calls_refused == 2);
  CHECK(list().size() == 2);
}

} // namespace rollcall::testing::link_refuse_test
