#pragma once

#include "domain/base/ids.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"

#include <compare>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall {

/// What has a limit.
enum class limit_kind : std::uint8_t {
  customer, ///< its limit covers everybody below it as well
  account,
};

/// As answers and events have it.
constexpr std::string_view name_of(limit_kind which) noexcept {
  return which == limit_kind::customer ? "customer" : "account";
}

/// Whose limit it is.
struct limited_subject {
  limit_kind kind = limit_kind::customer;
  std::int64_t id = 0; ///< of the customer or the account

  friend bool operator==(const limited_subject&, const limited_subject&) = default;
  friend auto operator<=>(const limited_subject&, const limited_subject&) = default;
};

/// How much of a limit is used at one moment.
struct limit_use {
  limited_subject whose;
  customer_id of;          ///< the customer itself, or the account's: whose scope covers it
  std::uint64_t total = 0; ///< active calls
  std::int64_t max_sessions = 0;

  friend bool operator==(const limit_use&, const limit_use&) = default;
};

/// Sums up what accounts have at one moment for those that have a limit.
class limit_counter {
public:
  explicit limit_counter(directory_ptr by) : directory_(std::move(by)) {}

  /// An account's active calls, each account once. The calls of an account that the directory does not know,
  /// or not in that environment, are those of the environment's root customer.
  void add(const account_key& account, std::uint64_t active);

  /// Everybody below `scope` who has a limit, also those without calls: customers before accounts, by id.
  std::vector<limit_use> uses(customer_id scope) const;

private:
  directory_ptr directory_;
  std::unordered_map<customer_id, std::uint64_t> own_; ///< of a customer's own accounts
  std::unordered_map<account_id, std::uint64_t> accounts_;
};

/// Below whom all limits of one environment are: who looks at them need not ask for more.
struct limit_scope {
  customer_id scope;
  bool recursive = false; ///< false: they are those of accounts of this very customer

  friend bool operator==(const limit_scope&, const limit_scope&) = default;
};

/// One for each environment in which somebody has a limit.
std::vector<limit_scope> limit_scopes(const directory& dir);

} // namespace rollcall
