#include "domain/cluster/secret_ring.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall {

secret_ring::secret_ring(std::string configured, shared_secret shared, std::vector<former_secret> former,
                         timestamp now)
    : configured_(std::move(configured)), shared_(std::move(shared)), former_(std::move(former)) {
  for (auto& one : former_) // also of a clock that was off
    one.good_until = std::min(one.good_until, now + overlap);
  std::erase_if(former_, [&](const auto& one) { return one.bytes == in_use(); });
  if (former_.size() > most_former)
    former_.resize(most_former);
}

bool secret_ring::configure(std::string configured, timestamp now) {
  former_secret before{in_use(), now + overlap, is_configured()};
  configured_ = std::move(configured);
  if (before.bytes == in_use())
    return false;
  retire(std::move(before), now);
  return true;
}

bool secret_ring::learn(const shared_secret& theirs, timestamp now) {
  if (!is_sound(theirs) || !precedes(theirs, shared_))
    return false;
  auto before = std::exchange(shared_, theirs);
  if (!is_configured() && before.bytes != shared_.bytes)
    retire({std::move(before.bytes), now + overlap, false}, now);
  return true;
}

std::vector<former_secret> secret_ring::former(timestamp now) const {
  std::vector<former_secret> good;
  std::copy_if(former_.begin(), former_.end(), std::back_inserter(good),
               [&](const auto& one) { return one.good_until > now; });
  return good;
}

void secret_ring::retire(former_secret before, timestamp now) {
  std::erase_if(former_, [&](const auto& one) {
    return one.good_until <= now || one.bytes == before.bytes || one.bytes == in_use();
  });
  former_.insert(former_.begin(), std::move(before));
  if (former_.size() > most_former)
    former_.pop_back();
}

} // namespace rollcall
