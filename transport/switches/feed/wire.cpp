#include "transport/switches/feed/wire.hpp"

#include "transport/switches/feed/lines.hpp"

#include <utility>

namespace rollcall::feed {

namespace {

/// Memory of a batch that is kept for the next one.
constexpr std::size_t kept_bytes = 256 * 1024;

/// Bytes that wait to be sent beyond which no warning is added to them.
constexpr std::size_t unread_warnings = 256 * 1024;

} // namespace

wire::wire(std::size_t bound, std::function<void()> wake) : bound_(bound), wake_(std::move(wake)) {}

bool wire::hang_up(const std::string& id) { return send(disconnect_line(id)); }

void wire::resync() { send(resync_line()); }

void wire::pong() { send(pong_line()); }

/// A switch that does not read what is wrong with its lines loses only that.
void wire::warn(const std::string& message) {
  {
    const std::lock_guard lock{mutex_};
    if (under_way_ + waiting_.size() > unread_warnings)
      return;
  }
  send(warning_line(message));
}

void wire::ping() { send(ping_line()); }

void wire::move(const std::vector<std::string>& nodes) { send(move_line(nodes)); }

void wire::close(const std::string& code, const std::string& message) {
  std::unique_lock lock{mutex_};
  if (closing_)
    return;
  close_locked(code, message);
  const auto first = note_change();
  lock.unlock();
  if (first)
    wake_();
}

void wire::consumed() {
  std::unique_lock lock{mutex_};
  ++consumed_;
  const auto first = note_change();
  lock.unlock();
  if (first)
    wake_();
}

void wire::open(std::string_view welcome) {
  const std::lock_guard lock{mutex_};
  if (closing_)
    return;
  opened_ = true;
  waiting_.insert(0, welcome);
}

void wire::end(const std::string& reason) {
  const std::lock_guard lock{mutex_};
  if (closing_)
    return;
  closing_ = true;
  reason_ = reason;
}

void wire::cut() {
  const std::lock_guard lock{mutex_};
  closing_ = true;
  waiting_ = {};
}

wire::news wire::attend() {
  const std::lock_guard lock{mutex_};
  woken_ = false;
  return {std::exchange(consumed_, 0), closing_, code_, reason_};
}

bool wire::take(std::string& batch) {
  const std::lock_guard lock{mutex_};
  under_way_ = 0;
  if (waiting_.empty() || (!opened_ && !closing_))
    return false;
  batch.clear();
  if (batch.capacity() > kept_bytes)
    batch.shrink_to_fit();
  std::swap(batch, waiting_);
  under_way_ = batch.size();
  return true;
}

bool wire::send(std::string_view line) {
  std::unique_lock lock{mutex_};
  if (closing_)
    return false;
  const auto fits = under_way_ + waiting_.size() + line.size() <= bound_;
  if (fits)
    waiting_ += line;
  else
    close_locked("too_slow", "the switch does not read what it is sent");
  const auto first = note_change();
  lock.unlock();
  if (first)
    wake_();
  return fits;
}

bool wire::note_change() { return !std::exchange(woken_, true); }

void wire::close_locked(std::string_view code, std::string_view message) {
  closing_ = true;
  code_ = code;
  reason_ = message;
  // Without a welcome before it, an error is all there is to say.
  if (!opened_)
    waiting_.clear();
  waiting_ += error_line(code, message);
}

} // namespace rollcall::feed
