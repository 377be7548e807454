#include "transport/switches/common/link_requests.hpp"

namespace rollcall::switches {

namespace {

/// What a request takes on its way to the switch, beside its text.
constexpr std::size_t typical_frame_bytes = 32;

/// Bytes that wait to be sent beyond which nobody is told what was wrong with his words: a switch that does
/// not read loses only that.
constexpr std::size_t unread_rejections = 256 * 1024;

} // namespace

link_requests::link_requests(bounds what_may_wait, std::function<void()> wake)
    : bounds_(what_may_wait), wake_(std::move(wake)) {}

bool link_requests::hang_up(const std::string& id) { return add({kind::hang_up, id}); }

bool link_requests::hang_up_because(const std::string& id, const std::string& reason) {
  return add({kind::hang_up, id, reason});
}

void link_requests::request_snapshot() { add({kind::snapshot}); }

void link_requests::passed_barrier() { add({kind::passed_barrier}); }

void link_requests::reject(const std::string& message) { add({kind::reject, message}); }

bool link_requests::add(request wanted) {
  std::unique_lock lock{mutex_};
  if (cut_ || closing_)
    return false;
  const auto what = wanted.what;
  if (waiting_bytes_ + unsent_ > bounds_.bytes / 2)
    wanted.reason.clear(); // it is not worth a connection
  const auto bytes = wanted.text.size() + wanted.reason.size() + typical_frame_bytes;
  const auto ahead = waiting_bytes_ + unsent_;
  if (what == kind::reject && ahead > unread_rejections)
    return false;
  if (what == kind::hang_up && (!takes_hang_ups_ || waiting_hang_ups_ + unsent_hang_ups_ >= bounds_.hang_ups))
    return false;
  const auto fits = ahead + bytes <= bounds_.bytes;
  if (fits) {
    waiting_hang_ups_ += what == kind::hang_up ? 1 : 0;
    waiting_.push_back(std::move(wanted));
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

void link_requests::set_unsent(std::size_t bytes, std::size_t hang_ups, bool takes_hang_ups) {
  const std::lock_guard lock{mutex_};
  unsent_ = bytes;
  unsent_hang_ups_ = hang_ups;
  takes_hang_ups_ = takes_hang_ups;
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
    // Until the session says what it has made of them.
    unsent_ += std::exchange(waiting_bytes_, 0);
    unsent_hang_ups_ += std::exchange(waiting_hang_ups_, 0);
  }
  return result;
}

} // namespace rollcall::switches
