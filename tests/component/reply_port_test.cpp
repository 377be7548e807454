#include "actor_fixture.hpp"
#include "actors/requests/reply_port.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rollcall::testing::reply_port_test {

namespace {

/// Answers a number with a text, as its script says.
using clerk_actor = caf::typed_actor<caf::replies_to<int>::with<std::string>>;

struct fixture : actor_fixture {
  std::vector<std::string> told;

  clerk_actor clerk(std::function<caf::result<std::string>(clerk_actor::pointer, int)> answer) {
    return sys.spawn([answer = std::move(answer)](clerk_actor::pointer me) -> clerk_actor::behavior_type {
      return {[=](int number) { return answer(me, number); }};
    });
  }

  void ask(const clerk_actor& whom, int number) {
    ask_from_outside<std::string>(
        sys, whom, 3s, number, [this](std::string& reply) { told.push_back(std::move(reply)); },
        [this](const caf::error& why) { told.push_back(sys.render(why)); });
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a port hands over the answer to its request, each its own") {
  const auto whom = clerk([](auto*, int number) { return std::to_string(number); });
  ask(whom, 1);
  ask(whom, 2);
  CHECK(told.empty());
  run();
  CHECK(told == std::vector<std::string>{"1", "2"});
}

TEST_CASE_FIXTURE(fixture, "a port hands over an error, also of a receiver that has ended") {
  ask(clerk([](auto*, int) -> caf::result<std::string> { return caf::sec::bad_function_call; }), 1);
  run();
  REQUIRE(told.size() == 1);
  CHECK(told.back().find("bad_function_call") != std::string::npos);

  const auto gone = clerk([](auto*, int) { return std::string{}; });
  caf::anon_send_exit(gone, caf::exit_reason::user_shutdown);
  run();
  ask(gone, 2);
  run();
  CHECK(told.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a port waits until its deadline, and takes nothing that comes after it") {
  std::optional<caf::typed_response_promise<std::string>> promise;
  const auto whom = clerk([&](auto* me, int) -> caf::result<std::string> {
    promise = me->template make_response_promise<std::string>();
    return *promise;
  });
  ask(whom, 1);
  run();
  sched.clock().advance_time(2s);
  run();
  CHECK(told.empty());
  sched.clock().advance_time(2s);
  run();
  REQUIRE(told.size() == 1);
  CHECK(told.back().find("request_timeout") != std::string::npos);
  promise->deliver(std::string{"late"});
  run();
  CHECK(told.size() == 1);
  promise.reset();
}

TEST_CASE_FIXTURE(fixture, "an answered port cancels its deadline and releases its handlers") {
  const auto held = std::make_shared<int>();
  ask_from_outside<std::string>(
      sys, clerk([](auto*, int) { return std::string{"yes"}; }), 3s, 1, [held](std::string&) {},
      [held](const caf::error&) {});
  CHECK(held.use_count() > 1);
  run();
  CHECK(held.use_count() == 1);
}

} // namespace rollcall::testing::reply_port_test
