#pragma once

#include "domain/base/ids.hpp"

#include <functional>

namespace rollcall {

/// Names one account actor: an account as a switch of an environment speaks of it. Known accounts are of
/// their own environment; an account that the directory does not know there, or none at all (0), is still a
/// place where calls are kept, and belongs to the root customer of the environment.
struct account_key {
  environment_id environment;
  account_id account;

  friend bool operator==(const account_key&, const account_key&) = default;
  friend auto operator<=>(const account_key&, const account_key&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, account_key& x) {
    return f(x.environment, x.account);
  }
};

} // namespace rollcall

template <>
struct std::hash<rollcall::account_key> {
  std::size_t operator()(const rollcall::account_key& key) const noexcept {
    return std::hash<rollcall::account_id>{}(key.account) * 1000003U
           ^ std::hash<rollcall::environment_id>{}(key.environment);
  }
};
