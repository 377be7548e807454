#include "domain/cluster/member_memory.hpp"

#include <algorithm>

namespace rollcall {

namespace {

std::int64_t micros(timestamp t) { return t.time_since_epoch().count(); }

std::int64_t hour_of(std::int64_t t) {
  return t / std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::hours{1}).count();
}

} // namespace

void member_memory::met(const std::string& node, const std::string& address, timestamp now) {
  const auto found = known_.find(node);
  if (found == known_.end() && (known_.size() >= most || node.empty() || node.size() > text_bytes))
    return;
  auto& one = known_[node];
  one.node = node;
  if (!address.empty() && address.size() <= text_bytes)
    one.address = address;
  one.seen = std::max({one.seen, one.forgotten + 1, micros(now)});
}

void member_memory::merge(const known_members& theirs, const node_id& own, timestamp now) {
  const auto latest = micros(now);
  for (const auto& said : theirs) {
    if (said.node.empty() || said.node == own.value() || said.node.size() > text_bytes
        || said.address.size() > text_bytes)
      continue;
    const auto seen = std::clamp<std::int64_t>(said.seen, 0, latest);
    const auto forgotten = std::clamp<std::int64_t>(said.forgotten, 0, latest);
    if (latest - std::max(seen, forgotten)
        > std::chrono::duration_cast<std::chrono::microseconds>(kept).count())
      continue;
    const auto found = known_.find(said.node);
    if (found == known_.end() && known_.size() >= most)
      continue;
    auto& one = known_[said.node];
    one.node = said.node;
    if (seen > one.seen && !said.address.empty())
      one.address = said.address;
    one.seen = std::max(one.seen, seen);
    one.forgotten = std::max(one.forgotten, forgotten);
  }
}

void member_memory::forget(const std::string& node, timestamp now) {
  const auto found = known_.find(node);
  if (found == known_.end() && (known_.size() >= most || node.empty() || node.size() > text_bytes))
    return;
  auto& one = known_[node];
  one.node = node;
  one.forgotten = std::max({one.seen, one.forgotten, micros(now)});
}

void member_memory::expire(timestamp now) {
  const auto oldest = micros(now) - std::chrono::duration_cast<std::chrono::microseconds>(kept).count();
  std::erase_if(known_, [&](const auto& x) { return std::max(x.second.seen, x.second.forgotten) < oldest; });
}

known_members member_memory::members() const {
  known_members result;
  for (const auto& [node, one] : known_)
    if (is_member(one))
      result.push_back(one);
  return result;
}

bool member_memory::has(const std::string& node) const {
  const auto found = known_.find(node);
  return found != known_.end() && is_member(found->second);
}

bool member_memory::has_forgotten(const std::string& name_or_address) const {
  auto forgotten = false;
  for (const auto& [node, one] : known_) {
    if (node != name_or_address && one.address != name_or_address)
      continue;
    if (is_member(one))
      return false;
    forgotten = forgotten || one.forgotten != 0;
  }
  return forgotten;
}

known_members member_memory::all() const {
  known_members result;
  for (const auto& [node, one] : known_)
    result.push_back(one);
  return result;
}

bool member_memory::take_change() {
  auto now = all();
  const auto same = [](const known_member& a, const known_member& b) {
    return a.node == b.node && a.address == b.address && hour_of(a.seen) == hour_of(b.seen)
           && a.forgotten == b.forgotten;
  };
  if (std::equal(now.begin(), now.end(), kept_.begin(), kept_.end(), same))
    return false;
  kept_ = std::move(now);
  return true;
}

} // namespace rollcall
