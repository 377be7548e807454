#include "actors/runtime/failure.hpp"
#include "tests/component/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>

#include <stdexcept>

namespace rollcall::testing::failure_test {

namespace {

/// A node whose end is counted.
struct breakable : world {
  int broken = 0;

  breakable() {
    context->broken = [this] { ++broken; };
  }
  ~breakable() { context->metrics.actor_failures = 0; }

  /// An actor that throws at the first message, made what it is by `how`.
  template <class How>
  void fail(How how) {
    const auto actor = sys.spawn([how, of = context](caf::event_based_actor* ptr) -> caf::behavior {
      how(ptr, of);
      return {[](caf::ok_atom) { throw std::runtime_error{"unforeseen"}; }};
    });
    self->send(actor, caf::ok_atom_v);
    run();
  }
};

} // namespace

TEST_CASE_FIXTURE(breakable, "an exception in an actor that answers depend on ends the node") {
  fail([](auto* actor, const context_ptr& of) { fails_with_node(actor, of); });
  CHECK(broken == 1);
  CHECK(context->metrics.actor_failures == 1);
}

TEST_CASE_FIXTURE(breakable, "an exception in an actor of one request ends that alone") {
  fail([](auto* actor, const context_ptr& of) { fails_alone(actor, of); });
  CHECK(broken == 0);
  CHECK(context->metrics.actor_failures == 1);
}

} // namespace rollcall::testing::failure_test
