#include "domain/history/subject_counter.hpp"
#include "history_fixture.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace rollcall::subject_counter_test {

using testing::account_subject;
using testing::customer_subject;
using testing::row_of;

namespace {

/// Customers 1 ── 2 ── 3 in environment 1, 10 in environment 2; accounts 11, 22, 33 and 110.
directory_ptr sample() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  const auto customer = [&e](std::int64_t id, std::int64_t wholesaler, std::int64_t environment,
                             std::int64_t account) {
    rollcall::customer one;
    one.id = customer_id{id};
    one.wholesaler = customer_id{wholesaler};
    one.environment = environment_id{environment};
    e.customers.push_back(std::move(one));
    e.accounts.push_back({account_id{account}, customer_id{id}, {}});
  };
  customer(1, 0, 1, 11);
  customer(2, 1, 1, 22);
  customer(3, 2, 1, 33);
  customer(10, 0, 2, 110);
  return directory::link(std::move(e));
}

account_key key_of(std::int64_t account, std::int64_t environment = 1) {
  return {environment_id{environment}, account_id{account}};
}

state_counts calls(std::uint32_t ringing, std::uint32_t connected) {
  state_counts counts;
  counts[call_state::ar_complete] = ringing;
  counts[call_state::connected] = connected;
  counts[call_state::dead] = 7; // which are over
  return counts;
}

} // namespace

TEST_CASE("a customer has the calls of its subtree") {
  subject_counter counter{sample()};
  counter.add(key_of(11), calls(1, 2));
  counter.add(key_of(22), calls(0, 3));
  counter.add(key_of(33), calls(4, 0));
  counter.add(key_of(110, 2), calls(0, 5));
  CHECK(counter.take()
        == figures_rows{row_of(customer_subject(1), 10, 5), row_of(customer_subject(2), 7, 3),
                        row_of(customer_subject(3), 4, 0), row_of(customer_subject(10), 5, 5),
                        row_of(account_subject(11), 3, 2), row_of(account_subject(22), 3, 3),
                        row_of(account_subject(33), 4, 0), row_of(account_subject(110), 5, 5)});
  CHECK(counter.take().empty());
}

TEST_CASE("calls of an account that the directory does not know are the root customer's alone") {
  subject_counter counter{sample()};
  counter.add(key_of(0), calls(0, 1));
  counter.add(key_of(99), calls(0, 2));
  counter.add(key_of(22, 2), calls(0, 4)); // that of another environment is another account
  counter.add(key_of(22, 3), calls(0, 8)); // and nobody's
  CHECK(counter.take()
        == figures_rows{row_of(customer_subject(1), 3, 3), row_of(customer_subject(10), 4, 4)});
}

TEST_CASE("who has no active calls is left out") {
  subject_counter counter{sample()};
  counter.add(key_of(11), calls(0, 0));
  CHECK(counter.take().empty());
}

} // namespace rollcall::subject_counter_test
