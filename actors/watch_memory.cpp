#include "actors/watch_memory.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

namespace {

/// The share with the largest figure; null where there is none above 0.
template <class Shares, class F>
watch_share* largest(const Shares& shares, F figure) {
  const auto found = std::max_element(shares.begin(), shares.end(),
                                      [&](const auto* a, const auto* b) { return figure(*a) < figure(*b); });
  return found != shares.end() && figure(**found) > 0 ? *found : nullptr;
}

} // namespace

void watch_memory::limit(std::size_t most) {
  const std::lock_guard lock{mutex_};
  most_ = most;
  make_room();
}

std::size_t watch_memory::bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

std::size_t watch_memory::lag() const {
  const std::lock_guard lock{mutex_};
  const auto* const last = largest(shares_, [](const watch_share& one) { return one.behind_; });
  return last ? last->behind_ : 0;
}

/// A look at every share, when there is too much alone. What those have who give way already is on its way
/// out, so that no other goes for it.
void watch_memory::make_room() {
  auto kept = bytes_;
  for (const auto* const each : shares_)
    if (each->gives_way_)
      kept -= each->bytes_;
  while (kept > most_) {
    auto* const next =
        largest(shares_, [](const watch_share& one) { return one.gives_way_ ? 0 : one.bytes_; });
    next->gives_way_ = true;
    kept -= next->bytes_;
  }
}

/// One whose reader has asked for nothing for long gives way; the others will be read to their ends.
void watch_memory::ask_for_room(moment now) {
  auto kept = snapshots_;
  for (const auto* const each : shares_)
    if (each->gives_way_)
      kept -= each->snapshot_;
  if (kept < most_)
    return; // it is on its way
  auto* const next = largest(shares_, [&](const watch_share& one) {
    return one.gives_way_ || now - one.asked_ < defaults::watch_idle ? 0 : one.snapshot_;
  });
  if (next)
    next->gives_way_ = true;
}

watch_share::watch_share(watch_memory& of) : of_(of) {
  const std::lock_guard lock{of_.mutex_};
  of_.shares_.push_back(this);
}

watch_share::~watch_share() {
  const std::lock_guard lock{of_.mutex_};
  of_.bytes_ -= bytes_;
  drop_snapshot();
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

bool watch_share::begin_snapshot(moment now) {
  const std::lock_guard lock{of_.mutex_};
  if (gathers_)
    return true;
  if (of_.snapshots_ >= of_.most_)
    of_.ask_for_room(now);
  if (of_.snapshots_ >= of_.most_ || of_.gathering_ >= defaults::watch_gathers)
    return false;
  gathers_ = true;
  ++of_.gathering_;
  return true;
}

void watch_share::set_snapshot(std::size_t bytes) {
  const std::lock_guard lock{of_.mutex_};
  drop_snapshot();
  snapshot_ = bytes;
  of_.snapshots_ += bytes;
}

/// Under the lock.
void watch_share::drop_snapshot() {
  if (std::exchange(gathers_, false))
    --of_.gathering_;
  of_.snapshots_ -= std::exchange(snapshot_, 0);
}

void watch_share::asked(moment now) {
  const std::lock_guard lock{of_.mutex_};
  asked_ = now;
}

void watch_share::set_behind(std::size_t changes) {
  const std::lock_guard lock{of_.mutex_};
  behind_ = changes;
}

void watch_share::release() {
  const std::lock_guard lock{of_.mutex_};
  of_.bytes_ -= std::exchange(bytes_, 0);
  drop_snapshot();
  behind_ = 0;
  gives_way_ = false;
}

bool watch_share::gives_way() const {
  const std::lock_guard lock{of_.mutex_};
  return gives_way_;
}

} // namespace rollcall
