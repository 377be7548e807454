#include "actors/confirmed_orders.hpp"

#include <algorithm>

namespace rollcall {

std::shared_ptr<call_allowance> confirmed_orders::left_of(const std::string& id, customer_id scope,
                                                          const std::map<std::string, std::uint64_t>& calls,
                                                          boot_time now) {
  const std::lock_guard lock{mutex_};
  forget(now);
  if (const auto known = left_.find(id); known != left_.end())
    return known->second;
  auto left = std::make_shared<call_allowance>(calls);
  if (std::all_of(calls.begin(), calls.end(), [](const auto& one) { return one.second == 0; }))
    return left; // nothing is left of nothing
  if (left_.size() >= most || of_each_[scope] >= most_of_one)
    return nullptr;
  left_.emplace(id, left);
  ++of_each_[scope];
  oldest_first_.push_back({id, scope, now});
  return left;
}

void confirmed_orders::forget(boot_time now) {
  while (!oldest_first_.empty() && now - oldest_first_.front().begun > kept) {
    const auto& one = oldest_first_.front();
    left_.erase(one.id);
    if (const auto of = of_each_.find(one.scope); --of->second == 0)
      of_each_.erase(of);
    oldest_first_.pop_front();
  }
}

} // namespace rollcall
