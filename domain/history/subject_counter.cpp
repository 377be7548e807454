#include "domain/history/subject_counter.hpp"

#include <algorithm>

namespace rollcall {

void subject_counter::add(const account_key& account, const state_counts& counts) {
  const std::uint64_t total = counts.active();
  const std::uint64_t connected = counts.connected();
  if (total == 0)
    return; // who has connected calls has active ones
  const auto* owner = directory_->owner(account.environment, account.account);
  if (!owner)
    return;
  auto& sum = own_[owner->id];
  sum.total += total;
  sum.connected += connected;
  const auto* known = directory_->find(account.account);
  if (known && known->customer == owner->id)
    accounts_.push_back({history_subject{account.account}, call_figures::of(total, connected)});
}

figures_rows subject_counter::take() {
  std::unordered_map<customer_id, sums> subtrees;
  for (const auto& [id, own] : own_)
    for (const auto* above = directory_->find(id); above; above = directory_->find(above->wholesaler)) {
      auto& sum = subtrees[above->id];
      sum.total += own.total;
      sum.connected += own.connected;
    }
  auto rows = std::move(accounts_);
  rows.reserve(rows.size() + subtrees.size());
  for (const auto& [id, sum] : subtrees)
    rows.push_back({history_subject{id}, call_figures::of(sum.total, sum.connected)});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.subject < b.subject; });
  own_.clear();
  accounts_.clear();
  return rows;
}

} // namespace rollcall
