#include "transport/events/stream_registry.hpp"

#include <utility>

namespace rollcall::events {

void stream_registry::set_bounds(stream_bounds most) {
  const std::lock_guard lock{mutex_};
  most_ = most;
}

stream_registry::place stream_registry::enter(customer_id who) {
  {
    const std::lock_guard lock{mutex_};
    if (open_ >= most_.streams || of_customer_[who] >= most_.streams_per_customer) {
      ++counters.refused;
      return nullptr;
    }
    ++open_;
    ++of_customer_[who];
  }
  ++counters.opened;
  return {this, [self = shared_from_this(), who](const void*) { self->leave(who); }};
}

void stream_registry::leave(customer_id who) {
  const std::lock_guard lock{mutex_};
  --open_;
  if (--of_customer_[who] == 0)
    of_customer_.erase(who);
}

void stream_registry::add(const std::shared_ptr<closable>& stream) {
  std::string why;
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(streams_, [](const auto& one) { return one.expired(); });
    streams_.push_back(stream);
    why = closed_;
  }
  if (!why.empty())
    stream->close(std::move(why));
}

void stream_registry::close_all(const std::string& why) {
  std::vector<std::weak_ptr<closable>> open;
  {
    const std::lock_guard lock{mutex_};
    closed_ = why;
    open = std::exchange(streams_, {});
  }
  for (const auto& each : open)
    if (const auto stream = each.lock())
      stream->close(why);
}

std::size_t stream_registry::size() const {
  const std::lock_guard lock{mutex_};
  return open_;
}

} // namespace rollcall::events
