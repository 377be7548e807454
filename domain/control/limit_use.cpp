#include "domain/control/limit_use.hpp"

#include <algorithm>
#include <map>

namespace rollcall {

void limit_counter::add(const account_key& account, std::uint64_t active) {
  if (active == 0)
    return;
  const auto* owner = directory_->owner(account.environment, account.account);
  if (!owner)
    return;
  own_[owner->id] += active;
  const auto* known = directory_->find(account.account);
  if (known && known->customer == owner->id && known->max_sessions != no_limit)
    accounts_[known->id] += active;
}

std::vector<limit_use> limit_counter::uses(customer_id scope) const {
  const auto& limited = directory_->limited();
  std::unordered_map<customer_id, std::uint64_t> subtrees; // of those with a limit
  if (!limited.customers.empty())
    for (const auto& [id, own] : own_)
      for (const auto* above = directory_->find(id); above; above = directory_->find(above->wholesaler))
        if (above->max_sessions != no_limit)
          subtrees[above->id] += own;
  const auto sum_of = [](const auto& sums, auto id) {
    const auto found = sums.find(id);
    return found == sums.end() ? 0 : found->second;
  };
  std::vector<limit_use> all;
  all.reserve(limited.customers.size() + limited.accounts.size());
  for (const auto* one : limited.customers)
    if (directory_->covers(scope, one->id))
      all.push_back(
          {{limit_kind::customer, one->id.value()}, one->id, sum_of(subtrees, one->id), one->max_sessions});
  for (const auto* one : limited.accounts)
    if (directory_->covers(scope, one->customer))
      all.push_back({{limit_kind::account, one->id.value()},
                     one->customer,
                     sum_of(accounts_, one->id),
                     one->max_sessions});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.whose < b.whose; });
  return all;
}

std::vector<limit_scope> limit_scopes(const directory& dir) {
  std::map<environment_id, limit_scope> by_environment;
  const auto widen = [&](customer_id to, bool with_subtree) {
    const auto [found, fresh] = by_environment.try_emplace(dir.find(to)->environment, limit_scope{to, false});
    auto& known = found->second;
    known.recursive = known.recursive || with_subtree || known.scope != to;
    while (!dir.covers(known.scope, to)) // up to the root at most, which covers all of its environment
      known.scope = dir.find(known.scope)->wholesaler;
  };
  for (const auto* one : dir.limited().customers)
    widen(one->id, true);
  for (const auto* one : dir.limited().accounts)
    widen(one->customer, false);
  std::vector<limit_scope> all;
  all.reserve(by_environment.size());
  for (const auto& [environment, scope] : by_environment)
    all.push_back(scope);
  return all;
}

} // namespace rollcall
