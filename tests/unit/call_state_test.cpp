#include "domain/calls/call_state.hpp"
#include "domain/calls/totals.hpp"

#include <doctest/doctest.h>

namespace rollcall::call_state_test {

TEST_CASE("a state is read in exactly its own spelling") {
  for (const auto* wrong : {"", "idle", "IDLE", "Idle ", " Idle", "Connect", "Connectedd", "AR Complete"}) {
    CAPTURE(wrong);
    CHECK_FALSE(call_state_from(wrong));
  }
  for (std::size_t i = 0; i < call_state_count; ++i) {
    const auto state = static_cast<call_state>(i);
    CHECK(call_state_from(to_string(state)) == state);
  }
}

TEST_CASE("active is routed to connected; what can be hung up is whatever is not over or ending") {
  struct row {
    call_state state;
    bool active;
    bool can_disconnect;
  };
  for (const auto& [state, active, hangable] : {row{call_state::idle, false, true},
                                                {call_state::wait_auth, false, true},
                                                {call_state::wait_route, true, true},
                                                {call_state::ar_complete, true, true},
                                                {call_state::connected, true, true},
                                                {call_state::disconnecting, false, false},
                                                {call_state::dead, false, false}}) {
    CAPTURE(to_string(state));
    CHECK(is_active(state) == active);
    CHECK(can_disconnect(state) == hangable);
    state_counts one;
    ++one[state];
    CHECK(one.active() == (active ? 1U : 0U));
    CHECK(one.connected() == (state == call_state::connected ? 1U : 0U));
    CHECK(one.all() == 1U);
  }
}

} // namespace rollcall::call_state_test
