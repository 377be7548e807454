#pragma once

#include "transport/net/address_key.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace rollcall::http {

class session;
class session_registry;

/// A connection on which nobody was let in yet.
struct stranger {
  net::address_key from;
  std::chrono::steady_clock::time_point since; ///< when it was accepted
};

/// The places of those who are to be closed for newcomers, the first to go first: each time the oldest one of
/// the address that has most of them.
std::vector<std::size_t> eviction_order(std::span<const stranger> all, std::size_t most);

/// Closes strangers when all places are taken, so that nobody is kept out by others who only hold theirs.
/// Looks at all connections at once and remembers some of those that it finds, so that a flood of newcomers
/// does not make it look at them all each time. Costs nothing while there is room. Any thread.
class eviction {
public:
  explicit eviction(const session_registry& sessions) : sessions_(sessions) {}

  /// Closes one; false when there is none.
  bool make_room();

private:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::size_t found_at_once = 64;
  static constexpr std::chrono::milliseconds pause{100}; ///< after a look that found none

  void look(moment now);

  const session_registry& sessions_;
  std::mutex mutex_;                         ///< guards what follows
  std::vector<std::weak_ptr<session>> next_; ///< who goes first is last
  moment not_before_;
};

} // namespace rollcall::http
