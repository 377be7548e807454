#include "transport/http/session_registry.hpp"

#include <utility>

namespace rollcall::http {

void session_registry::add(const std::shared_ptr<session>& member) {
  const std::lock_guard lock{mutex_};
  members_.emplace(member.get(), member);
}

void session_registry::remove(const session* member) {
  std::function<void()> done;
  {
    const std::lock_guard lock{mutex_};
    members_.erase(member);
    if (members_.empty())
      done = std::exchange(when_empty_, nullptr);
  }
  if (done)
    done();
}

std::size_t session_registry::size() const {
  const std::lock_guard lock{mutex_};
  return members_.size();
}

std::vector<std::shared_ptr<session>> session_registry::members() const {
  std::vector<std::shared_ptr<session>> alive;
  const std::lock_guard lock{mutex_};
  alive.reserve(members_.size());
  for (const auto& [key, weak] : members_)
    if (auto member = weak.lock())
      alive.push_back(std::move(member));
  return alive;
}

void session_registry::when_empty(std::function<void()> done) {
  {
    const std::lock_guard lock{mutex_};
    if (!members_.empty()) {
      when_empty_ = std::move(done);
      return;
    }
  }
  done();
}

} // namespace rollcall::http
