#include "actor_fixture.hpp"
#include "actors/tree/customer.hpp"
#include "actors/tree/tally.hpp"

#include <cstdint>
#include <memory>

namespace rollcall::testing::customer_test {

namespace {

/// A customer of whose accounts one leaves every three seconds.
struct changing_customer : actor_fixture {
  tally_actor tally = spawn_tally(sys, context);
  customer_actor customer = spawn_customer(sys, context, customer_id{1}, tally);
  std::shared_ptr<std::uint64_t> expected = std::make_shared<std::uint64_t>(0);
  list_worker_actor worker = sys.spawn([expected = expected]() -> list_worker_actor::behavior_type {
    return {[](const list_request&) { return call_list_ptr{}; },
            [expected](atom::expect, std::uint64_t answers) { *expected = answers; }, [](const list_part&) {},
            [](atom::deadline) {}};
  });

  ~changing_customer() {
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    run();
  }
  static account_key key(std::int64_t number) { return {environment_id{1}, account_id{number}}; }

  /// How many accounts are asked for their calls, former ones too.
  std::uint64_t asked() {
    list_job job;
    job.worker = worker;
    self->send(customer, std::make_shared<const list_job>(std::move(job)));
    run();
    return *expected;
  }
};

} // namespace

TEST_CASE_FIXTURE(changing_customer, "accounts that left are forgotten, however many leave after them") {
  for (std::int64_t i = 0; i < 20; ++i)
    self->send(customer, caf::put_atom_v, key(i), account_actor{});
  REQUIRE(asked() == 20);
  for (std::int64_t i = 0; i < 20; ++i) {
    self->send(customer, caf::delete_atom_v, key(i));
    advance(3s);
    CHECK(asked() >= 20U - i);      // it is still asked
    CHECK(asked() <= 20U - i + 4U); // as those of the last ten seconds are
  }
  advance(10s);
  CHECK(asked() == 0);
}

} // namespace rollcall::testing::customer_test
