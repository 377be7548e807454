#include "actors/confirmed_orders.hpp"

namespace rollcall {

std::shared_ptr<call_allowance>
confirmed_orders::allowance_of(const std::string& id, const std::map<std::string, std::uint64_t>& calls,
                               boot_time now) {
  const std::lock_guard lock{mutex_};
  if (const auto known = orders_.find(id); known != orders_.end())
    return known->second.allowance;
  if (orders_.size() == most)
    std::erase_if(orders_, [&](const auto& one) { return now - one.second.begun > kept; });
  if (orders_.size() == most)
    return nullptr;
  auto allowance = std::make_shared<call_allowance>(calls);
  orders_.emplace(id, entry{allowance, now});
  return allowance;
}

} // namespace rollcall
