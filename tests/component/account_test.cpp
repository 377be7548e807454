#include "actors/tree/account.hpp"
#include "tests/component/actor_fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rollcall::testing::account_test {

namespace {

const account_key home{environment_id{1}, account_id{11}};

record_ptr first_picture(const std::string& id, call_state state) {
  return call_record::first(*interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}}),
                            call{id, state}.in(11));
}

/// An account between a call and a tally that write down what they hear.
struct account_world : actor_fixture {
  std::vector<std::string> heard;
  slot taken{};

  tally_actor tally = sys.spawn([this]() -> tally_actor::behavior_type {
    return {
        [this](const tally_update& news) {
          heard.push_back("counts " + std::to_string(news.counts.active()));
        },
        [](caf::delete_atom, const account_key&) {},
        [](atom::audit, const tally_update&) {},
        [](const stats_job_ptr&) {},
    };
  });
  call_actor caller = sys.spawn([this]() -> call_actor::behavior_type {
    return {
        [](const call_event&) {},
        [this](atom::placed, const account_key&, call_owner_actor&, slot where) {
          taken = where;
          heard.push_back("placed");
        },
        [](const disconnect_job_ptr&) {},
        [](link_notice) {},
        [](account_id) {},
    };
  });
  account_actor account = spawn_account(sys, context, {}, home, tally, 0);

  account_world() { run(); }
};

} // namespace

TEST_CASE_FIXTURE(account_world, "account: the tally is told of one change") {
  self->send(account, first_picture("1", call_state::connected), caller);
  run();
  CHECK(heard == std::vector<std::string>{"counts 1", "placed"});
}

TEST_CASE_FIXTURE(account_world, "account: the tally is told once of a burst") {
  for (const auto* id : {"1", "2", "3"})
    self->send(account, first_picture(id, call_state::connected), caller);
  run();
  CHECK(std::count(heard.begin(), heard.end(), "placed") == 3);
  std::erase(heard, "placed");
  CHECK(heard == std::vector<std::string>{"counts 3"});
}

TEST_CASE_FIXTURE(account_world,
                  "account: the tally counts a moved call before its former account drops it") {
  const auto first = first_picture("1", call_state::connected);
  self->send(account, first->in_account(account_id{11}), caller);
  self->send(account, first_picture("2", call_state::connected), caller);
  run();
  CHECK(heard == std::vector<std::string>{"counts 1", "counts 2", "placed", "placed"}); // not one burst
}

TEST_CASE_FIXTURE(account_world,
                  "account: updates and the departure of a call reach the tally like its arrival") {
  const auto first = first_picture("1", call_state::connected);
  self->send(account, first, caller);
  run();
  self->send(account, first->disconnecting(), taken);
  run();
  CHECK(heard == std::vector<std::string>{"counts 1", "placed", "counts 0"});
  self->send(account, caf::delete_atom_v, first, taken);
  run();
  CHECK(heard.size() == 4);
}

} // namespace rollcall::testing::account_test
