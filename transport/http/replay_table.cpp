#include "transport/http/replay_table.hpp"

namespace rollcall::http {

bool replay_window::fresh(std::uint32_t nc) const {
  if (nc > highest_)
    return true;
  const auto back = highest_ - nc;
  return back < width && (used_ >> back & 1U) == 0;
}

void replay_window::use(std::uint32_t nc) {
  if (nc > highest_) {
    const auto ahead = nc - highest_;
    used_ = ahead < width ? used_ << ahead : 0;
    highest_ = nc;
  }
  if (highest_ - nc < width)
    used_ |= std::uint64_t{1} << (highest_ - nc);
}

bool replay_table::fresh(const nonce_id& nonce, std::uint32_t nc) const {
  const std::lock_guard lock{mutex_};
  return fresh_locked(nonce, nc);
}

bool replay_table::knows(const nonce_id& nonce) const {
  const std::lock_guard lock{mutex_};
  return windows_.contains(nonce);
}

bool replay_table::use(const nonce_id& nonce, std::uint32_t nc) {
  const std::lock_guard lock{mutex_};
  if (!fresh_locked(nonce, nc))
    return false;
  windows_[nonce].use(nc);
  // The newcomer may be the oldest itself and leave at once: it was good for this one request.
  if (windows_.size() > capacity_)
    drop_oldest();
  return true;
}

void replay_table::forget_below(const nonce_id& limit) {
  const std::lock_guard lock{mutex_};
  while (!windows_.empty() && windows_.begin()->first < limit)
    drop_oldest();
}

std::size_t replay_table::size() const {
  const std::lock_guard lock{mutex_};
  return windows_.size();
}

bool replay_table::fresh_locked(const nonce_id& nonce, std::uint32_t nc) const {
  if (nonce <= floor_)
    return false;
  const auto window = windows_.find(nonce);
  return window == windows_.end() || window->second.fresh(nc);
}

void replay_table::drop_oldest() {
  floor_ = windows_.begin()->first;
  windows_.erase(windows_.begin());
}

} // namespace rollcall::http
