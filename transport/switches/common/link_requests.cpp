#include "transport/switches/common/link_requests.hpp"

namespace rollcall::switches {

namespace {

/// What a request takes on its way to the switch, beside its text.
constexpr std::size_t typical_frame_bytes = 32;

/// Bytes that wait to be sent beyond which nobody is told what was wrong with his words: a switch that does
/// not read loses only that.
constexpr std::size_t unread_rejections = 256 * 1024;

} // namespace

link_requests::link_requests(std::size_t bound, std::function<void()> wake)
    : bound_(bound), wake_(std::move(wake)) {}

bool link_requests::hang_up(const std::string& id) { return add(kind::hang_up, id); }

void link_requests::request_snapshot() { add(kind::snapshot); }

void link_requests::passed_barrier() { add(kind::passed_barrier); }

void link_requests::reject(const std::string& message) { add(kind::reject, message); }

bool link_requests::add(kind what, const std::string& text) {
  std::unique_lock lock{mutex_};
  if (cut_ || closing_)
    return false;
  const auto bytes = text.size() + typical_frame_bytes;
  const auto ahead = waiting_bytes_ + unsent_;
  if (what == kind::reject && ahead > unread_rejections)
    return false;
  const auto fits = ahead + bytes <= bound_;
  if (fits) {
    waiting_.push_back({what, text});
    waiting_bytes_ += bytes;
  } else {
    closing_ = ending{close_reason::too_slow, "the switch does not read its lines"};
  }
  wake_up(lock);
  return fits;
}

void link_requests::close(close_reason why, const std::string& message) {
  std::unique_lock lock{mutex_};
  if (cut_ || closing_)
    return;
  closing_ = ending{why, message};
  wake_up(lock);
}

void link_requests::consumed() {
  std::unique_lock lock{mutex_};
  ++consumed_;
  wake_up(lock);
}

void link_requests::wake_up(std::unique_lock<std::mutex>& lock) {
  const auto first = !std::exchange(woken_, true);
  lock.unlock();
  if (first)
    wake_();
}

void link_requests::set_unsent(std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  unsent_ = bytes;
}

std::vector<link_requests::request> link_requests::cut() {
  const std::lock_guard lock{mutex_};
  cut_ = true;
  return std::exchange(waiting_, {});
}

link_requests::taken link_requests::take(bool may_act) {
  const std::lock_guard lock{mutex_};
  woken_ = false;
  taken result{std::exchange(consumed_, 0), {}, closing_};
  if (may_act) {
    result.requests.swap(waiting_);
    unsent_ += std::exchange(waiting_bytes_, 0); // until the session says what it has made of them
  }
  return result;
}

} // namespace rollcall::switches
