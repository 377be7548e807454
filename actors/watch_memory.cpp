#include "actors/watch_memory.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

void watch_memory::limit(std::size_t most) {
  const std::lock_guard lock{mutex_};
  most_ = most;
  make_room();
}

std::size_t watch_memory::bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

/// A look at every share, when there is too much alone. What those have who give way already is on its way
/// out, so that no other goes for it.
void watch_memory::make_room() {
  auto kept = bytes_;
  for (const auto* const each : shares_)
    if (kept > most_ && each->gives_way_)
      kept -= each->bytes_;
  while (kept > most_) {
    const auto size = [](const watch_share* one) { return one->gives_way_ ? 0 : one->bytes_; };
    auto* const largest = *std::max_element(shares_.begin(), shares_.end(),
                                            [&](const auto* a, const auto* b) { return size(a) < size(b); });
    largest->gives_way_ = true;
    kept -= largest->bytes_;
  }
}

watch_share::watch_share(watch_memory& of) : of_(of) {
  const std::lock_guard lock{of_.mutex_};
  of_.shares_.push_back(this);
}

watch_share::~watch_share() {
  const std::lock_guard lock{of_.mutex_};
  of_.bytes_ -= bytes_;
  std::erase(of_.shares_, this);
}

bool watch_share::set(std::size_t bytes) {
  const std::lock_guard lock{of_.mutex_};
  of_.bytes_ += bytes;
  of_.bytes_ -= std::exchange(bytes_, bytes);
  if (of_.bytes_ > of_.most_)
    of_.make_room();
  return !gives_way_;
}

void watch_share::release() {
  const std::lock_guard lock{of_.mutex_};
  of_.bytes_ -= std::exchange(bytes_, 0);
  gives_way_ = false;
}

bool watch_share::gives_way() const {
  const std::lock_guard lock{of_.mutex_};
  return gives_way_;
}

} // namespace rollcall
