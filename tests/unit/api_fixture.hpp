#pragma once

#include "transport/api/invocation.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api {

/// Two environments:  1 root ── 2 reseller ── 3 subreseller     10 other-root
///                           └─ 4 sibling
/// An account's number is ten times its customer's and a digit.
inline directory_ptr sample_directory() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  const auto add = [&e](std::int64_t id, std::int64_t above, std::int64_t environment) {
    customer c;
    c.id = customer_id{id};
    c.wholesaler = customer_id{above};
    c.environment = environment_id{environment};
    c.web_login = "login-" + std::to_string(id);
    c.api_access = true;
    e.customers.push_back(std::move(c));
    e.accounts.push_back({account_id{10 * id + 1}, customer_id{id}, "user-" + std::to_string(id)});
  };
  add(1, 0, 1);
  add(2, 1, 1);
  add(3, 2, 1);
  add(4, 1, 1);
  add(10, 0, 2);
  return directory::link(std::move(e));
}

/// The customer with its own login, as if its password had been right; nobody, as in trusted mode, for 0.
inline std::optional<identity> logged_in(const directory& dir, std::int64_t login) {
  const auto* who = dir.find(customer_id{login});
  if (!who)
    return std::nullopt;
  return identity{who, who->web_login, &who->password, directory::rights_of(*who)};
}

/// A call of a method with one struct, by the customer `login`, or in trusted mode for 0.
inline invocation call_by(std::int64_t login, std::string method, xmlrpc::structure members) {
  auto by = std::make_shared<settings>();
  by->directory = sample_directory();
  by->node = node_id{"node-a"};
  auto who = logged_in(*by->directory, login);
  return {std::make_shared<session>(session{nullptr, std::move(by), {std::move(who), "192.0.2.1"}}),
          std::move(method),
          {xmlrpc::value{std::move(members)}}};
}

inline xmlrpc::value text(std::string s) { return {std::move(s)}; }

inline xmlrpc::value number(std::int64_t n) { return {n}; }

/// The fault that came instead of a result.
template <class T>
xmlrpc::fault why(const xmlrpc::or_fault<T>& result) {
  return result ? xmlrpc::fault{xmlrpc::fault_code::internal, "(no fault)"} : result.why();
}

/// The text of a value that is there at once or comes in pieces.
inline std::string drained(const xmlrpc::body& from) {
  if (const auto* whole = std::get_if<std::string>(&from))
    return *whole;
  std::string out;
  while (std::get<std::unique_ptr<http::body_source>>(from)->next(out)) {
  }
  return out;
}

} // namespace rollcall::api
