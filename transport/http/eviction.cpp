#include "transport/http/eviction.hpp"

#include "transport/http/session.hpp"
#include "transport/http/session_registry.hpp"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <utility>

namespace rollcall::http {

std::vector<std::size_t> eviction_order(std::span<const stranger> all, std::size_t most) {
  std::unordered_map<net::address_key, std::vector<std::size_t>, net::address_key::hash> by_address;
  for (std::size_t i = 0; i < all.size(); ++i)
    by_address[all[i].from].push_back(i);
  const auto is_younger = [&](std::size_t a, std::size_t b) { return all[a].since > all[b].since; };
  using crowd = std::vector<std::size_t>; // of one address, the oldest last
  const auto goes_later = [&](const crowd* a, const crowd* b) {
    return a->size() != b->size() ? a->size() < b->size() : is_younger(a->back(), b->back());
  };
  std::priority_queue<crowd*, std::vector<crowd*>, decltype(goes_later)> crowds{goes_later};
  for (auto& [from, places] : by_address) {
    std::sort(places.begin(), places.end(), is_younger);
    crowds.push(&places);
  }
  std::vector<std::size_t> order;
  while (order.size() < most && !crowds.empty()) {
    auto* largest = crowds.top();
    crowds.pop();
    order.push_back(largest->back());
    largest->pop_back();
    if (!largest->empty())
      crowds.push(largest);
  }
  return order;
}

bool eviction::make_room() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock{mutex_};
  if (next_.empty())
    look(now);
  while (!next_.empty()) {
    const auto one = next_.back().lock();
    next_.pop_back();
    if (one && one->evict())
      return true;
    if (next_.empty())
      look(now);
  }
  return false;
}

void eviction::look(moment now) {
  if (now < not_before_)
    return;
  std::vector<stranger> strangers;
  std::vector<std::weak_ptr<session>> who;
  for (const auto& each : sessions_.members())
    if (const auto found = each->as_stranger()) {
      strangers.push_back(*found);
      who.push_back(each);
    }
  for (const auto i : eviction_order(strangers, found_at_once))
    next_.push_back(who[i]);
  std::reverse(next_.begin(), next_.end());
  if (next_.empty())
    not_before_ = now + pause;
}

} // namespace rollcall::http
