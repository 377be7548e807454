#include "domain/directory/directory_faults.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace rollcall::directory_faults_test {

namespace {

std::string all_of(const directory_entries& entries) {
  constexpr const char* kinds[] = {"environment", "customer", "account", "vendor", "connection"};
  std::string all;
  for (const auto& fault : faults_of(entries))
    all += std::string{kinds[static_cast<std::size_t>(fault.kind)]} + ' ' + std::to_string(fault.id) + ": "
           + fault.reason + '\n';
  return all;
}

customer customer_of(std::int64_t id, std::int64_t above, std::int64_t environment = 0,
                     std::string login = {}) {
  return {customer_id{id}, customer_id{above}, environment_id{environment}, "c", std::move(login), {}, false};
}

bool links(const directory_entries& entries) {
  try {
    directory::link(entries);
    return true;
  } catch (const directory_error&) {
    return false;
  }
}

} // namespace

TEST_CASE("all that is wrong with a tree is found, and a fault is not told again of what hangs below it") {
  directory_entries e;
  e.environments = {{environment_id{1}, "a"}, {environment_id{2}, "empty"}};
  e.customers = {customer_of(1, 0, 1, "l"), customer_of(2, 1, 0, "l"), customer_of(3, 9),
                 customer_of(4, 3),         customer_of(5, 6),         customer_of(6, 5),
                 customer_of(7, 6),         customer_of(8, 8),         customer_of(9, 1, 2),
                 customer_of(10, 0, 1),     customer_of(11, 0),        customer_of(12, 0, 7),
                 customer_of(0, 1)};
  CHECK(all_of(e)
        == "customer 0: its id must be at least 1\n"
           "customer 2: web_login 'l' is already that of customer 1\n"
           "customer 10: environment 1 already has the root customer 1\n"
           "customer 11: a root customer needs an i_environment\n"
           "customer 12: i_environment 7 is not an environment\n"
           "environment 2: it has no root customer\n"
           "customer 9: i_environment must be 1, that of its wholesaler, customer 1\n"
           "customer 5: it is its own wholesaler, directly or through others (a cycle)\n"
           "customer 8: it is its own wholesaler, directly or through others (a cycle)\n");
}

TEST_CASE("accounts and connections without an owner, and duplicate names, are all found") {
  directory_entries e;
  e.environments = {{environment_id{1}, "a"}, {environment_id{2}, "b"}};
  e.customers = {customer_of(1, 0, 1), customer_of(2, 1), customer_of(3, 0, 2)};
  e.accounts = {{account_id{1}, customer_id{1}, "x"},
                {account_id{2}, customer_id{2}, "x"},
                {account_id{3}, customer_id{3}, "x"},
                {account_id{4}, customer_id{9}, "x"},
                {account_id{4}, customer_id{1}, "y"}};
  e.vendors = {{vendor_id{1}, "v"}};
  e.connections = {{connection_id{1}, vendor_id{2}, "c"}, {connection_id{2}, vendor_id{1}, "c"}};
  CHECK(all_of(e)
        == "account 4: its id is used twice\n"
           "account 2: username 'x' is already that of account 1 in environment 1\n"
           "account 4: i_customer 9 is not a customer\n"
           "connection 1: i_vendor 2 is not a vendor\n");
}

TEST_CASE("names that two logins have, logins without one and limits below -1 are all found") {
  directory_entries e;
  e.environments = {{environment_id{1}, "a"}};
  e.customers = {customer_of(1, 0, 1, "l"), customer_of(2, 1, 0, "m"), customer_of(3, 1)};
  e.customers[0].logins = {{"n", {}}, {"m", {}}};
  e.customers[1].logins = {{"l", {}}, {"", {}}, {"o", {}}};
  e.customers[2].logins = {{"n", {}}, {"o", {}}};
  e.customers[2].max_sessions = -2;
  e.accounts = {{account_id{1}, customer_id{1}, "x", -1}, {account_id{2}, customer_id{1}, "y", -5}};
  CHECK(all_of(e)
        == "customer 2: web_login 'm' is already that of customer 1\n"
           "customer 2: web_login 'l' is already that of customer 1\n"
           "customer 2: one of its logins has no web_login\n"
           "customer 3: web_login 'n' is already that of customer 1\n"
           "customer 3: web_login 'o' is already that of customer 2\n"
           "customer 3: its max_sessions must be at least -1\n"
           "account 2: its max_sessions must be at least -1\n");
}

TEST_CASE("faults are found exactly in what does not link") {
  CHECK(rc::check([] {
    const auto small = [](int least) { return *rc::gen::inRange<std::int64_t>(least, 4); };
    directory_entries e;
    for (auto n = small(0); n > 0; --n)
      e.environments.push_back({environment_id{small(1)}, "e"});
    const auto limit = [] { return *rc::gen::element<std::int64_t>(-1, -1, -1, -1, 0, 5, -2); };
    for (auto n = *rc::gen::inRange(0, 5); n > 0; --n) {
      e.customers.push_back(customer_of(small(1), small(0), small(0), std::string(small(0), 'l')));
      e.customers.back().max_sessions = limit();
      for (auto logins = *rc::gen::element(0, 0, 0, 1, 2); logins > 0; --logins)
        e.customers.back().logins.push_back({std::string(small(0), *rc::gen::element('l', 'm')), {}});
    }
    for (auto n = small(0); n > 0; --n)
      e.accounts.push_back(
          {account_id{small(1)}, customer_id{small(1)}, std::string(small(0), 'u'), limit()});
    for (auto n = small(0); n > 0; --n)
      e.connections.push_back({connection_id{small(1)}, vendor_id{small(1)}, "c"});
    e.vendors = {{vendor_id{small(1)}, "v"}};
    RC_ASSERT(faults_of(e).empty() == links(e));
  }));
}

TEST_CASE("a chain of a hundred thousand resellers is looked at without recursion") {
  directory_entries e;
  e.environments = {{environment_id{1}, "e"}};
  for (std::int64_t id = 1; id <= 100'000; ++id)
    e.customers.push_back(customer_of(id, id == 100'000 ? 0 : id + 1, id == 100'000));
  CHECK(faults_of(e).empty());
}

} // namespace rollcall::directory_faults_test
