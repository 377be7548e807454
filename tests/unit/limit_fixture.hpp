#pragma once

#include "domain/directory/directory.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace rollcall::testing {

/// Limits by the id of the customer or the account.
struct some_limits {
  std::map<std::int64_t, std::int64_t> customers;
  std::map<std::int64_t, std::int64_t> accounts;
};

/// Environment 1: customers 1 ── 2 ── 3, and 1 ── 4; environment 2: 10. Accounts 11, 12, 21, 31, 41 and 101:
/// ten times their customer's number and a digit.
inline directory_ptr directory_with(const some_limits& limits) {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  const auto of = [](const auto& some, std::int64_t id) {
    const auto found = some.find(id);
    return found == some.end() ? no_limit : found->second;
  };
  for (const auto& [id, above, environment] :
       {std::tuple{1, 0, 1}, {2, 1, 1}, {3, 2, 1}, {4, 1, 1}, {10, 0, 2}}) {
    customer c;
    c.id = customer_id{id};
    c.wholesaler = customer_id{above};
    c.environment = environment_id{environment};
    c.name = "customer " + std::to_string(id);
    c.max_sessions = of(limits.customers, id);
    e.customers.push_back(std::move(c));
  }
  for (const auto id : {11, 12, 21, 31, 41, 101})
    e.accounts.push_back(
        {account_id{id}, customer_id{id / 10}, "u" + std::to_string(id), of(limits.accounts, id)});
  return directory::link(std::move(e));
}

} // namespace rollcall::testing
