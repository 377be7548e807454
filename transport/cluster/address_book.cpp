#include "transport/cluster/address_book.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::cluster {

std::vector<std::string> address_book::configure(const std::vector<std::string>& addresses, timestamp now) {
  for (auto& [address, each] : entries_) {
    each.status.dropped |= std::exchange(each.status.configured, false);
    each.ours = false; // to be found out again
  }
  for (const auto& address : addresses) {
    auto& status = add(address, now).status;
    status.configured = true;
    status.dropped = false;
  }
  std::vector<std::string> removed;
  std::erase_if(entries_, [&](const auto& each) {
    const bool of_use = each.second.status.configured || each.second.status.node;
    if (!of_use)
      removed.push_back(each.first);
    return !of_use;
  });
  return removed;
}

std::optional<std::string> address_book::learn(const std::string& address, const std::optional<node_id>& node,
                                               timestamp now) {
  std::optional<std::string> made_room;
  if (!entries_.contains(address)) {
    const auto learned = std::count_if(entries_.begin(), entries_.end(),
                                       [](const auto& each) { return !each.second.status.configured; });
    if (static_cast<std::size_t>(learned) >= learned_addresses) {
      made_room = make_room();
      if (!made_room)
        return std::nullopt;
    }
  }
  auto& known = add(address, now);
  if (node && !is_connected(known))
    known.status.node = node;
  return made_room;
}

void address_book::attempted(const std::string& address, const attempt_outcome& outcome) {
  const auto found = entries_.find(address);
  if (found == entries_.end())
    return;
  auto& status = found->second.status;
  ++status.attempts;
  status.last_error = outcome.error;
  status.self = outcome.self;
  if (outcome.node)
    status.node = outcome.node;
  found->second.ours = outcome.ours;
}

void address_book::joined(const node_id& node, timestamp now) {
  connected_[node] = now;
  for (auto& [address, each] : entries_)
    if (each.status.node == node)
      each.status.dropped = false;
}

void address_book::left(const node_id& node, const std::string& why, timestamp now) {
  connected_.erase(node);
  for (auto& [address, each] : entries_)
    if (each.status.node == node) {
      each.status.since = now;
      each.status.attempts = 0;
      each.status.last_error = why;
    }
}

const address_book::entry* address_book::find(const std::string& address) const {
  const auto found = entries_.find(address);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<peer_status> address_book::status() const {
  std::vector<peer_status> all;
  for (const auto& [address, each] : entries_) {
    if (each.ours)
      continue;
    auto& shown = all.emplace_back(each.status);
    if (!is_connected(each))
      continue;
    shown.connected = true;
    shown.since = connected_.at(*shown.node);
    shown.attempts = 0;
    shown.last_error.clear();
  }
  std::stable_partition(all.begin(), all.end(), [](const peer_status& each) { return each.configured; });
  return all;
}

std::vector<std::string> address_book::addresses(std::size_t at_most) const {
  auto all = status();
  std::stable_partition(all.begin(), all.end(), [](const peer_status& each) { return each.connected; });
  std::vector<std::string> first;
  for (const auto& each : all)
    if (first.size() < at_most)
      first.push_back(each.address);
  return first;
}

bool address_book::is_connected(const entry& each) const {
  return each.status.node && connected_.contains(*each.status.node);
}

address_book::entry& address_book::add(const std::string& address, timestamp now) {
  auto& each = entries_[address];
  if (each.status.address.empty()) {
    each.status.address = address;
    each.status.since = now;
  }
  return each;
}

std::optional<std::string> address_book::make_room() {
  auto oldest = entries_.end();
  for (auto each = entries_.begin(); each != entries_.end(); ++each)
    if (!each->second.status.configured && !is_connected(each->second)
        && (oldest == entries_.end() || each->second.status.since < oldest->second.status.since))
      oldest = each;
  if (oldest == entries_.end())
    return std::nullopt;
  auto address = oldest->first;
  entries_.erase(oldest);
  return address;
}

} // namespace rollcall::cluster
