#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace rollcall::http {

class session;

/// Which sessions are open. It owns none: a session keeps itself alive by what it has under way, and leaves
/// when it ends. Any thread.
class session_registry {
public:
  void add(const std::shared_ptr<session>& member);

  /// From the session's destructor.
  void remove(const session* member);

  std::size_t size() const;
  std::vector<std::shared_ptr<session>> members() const;

  /// Calls `done` once there are no sessions: now, or on the thread that ends the last one. A second call
  /// takes the place of the first.
  void when_empty(std::function<void()> done);

private:
  mutable std::mutex mutex_;
  std::unordered_map<const session*, std::weak_ptr<session>> members_;
  std::function<void()> when_empty_;
};

} // namespace rollcall::http
