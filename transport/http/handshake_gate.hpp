#pragma once

#include "transport/http/metrics.hpp"
#include "transport/net/address_key.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>

namespace rollcall::http {

/// Bounds the TLS handshakes that are under way, each of which has memory for whom nobody knows yet. Those of
/// one address take turns, so that a burst of good clients gets in. When there are too many of all addresses,
/// a newcomer takes the place of the oldest of the address that has most: of one that stalls, for the others
/// are done in a moment. What waits has no memory but two callbacks. Any thread.
class handshake_gate {
public:
  using ticket = std::uint64_t;
  using callback = std::function<void()>; ///< must not block, nor call the gate

  struct bounds {
    std::size_t all;
    std::size_t of_one_address;
  };

  /// `counters` outlive it, and tell how many are under way and how many wait.
  handshake_gate(const bounds& most, metrics& counters) : most_(most), counters_(counters) {}

  /// Calls `start` when it may begin, now or later, and `evict` when a newcomer has taken its place.
  ticket enter(const net::address_key& who, callback start, callback evict);

  /// It is over, or given up, also while it waits. To be called once for each ticket.
  void leave(const net::address_key& who, ticket which);

private:
  struct waiting {
    ticket which;
    callback start, evict;
  };
  struct handshake {
    net::address_key who;
    callback evict;
  };
  struct address {
    std::size_t running = 0;
    std::deque<waiting> queue;
  };

  callback begin(address& of, const net::address_key& who, callback evict, ticket which);
  callback make_room();
  void forget_if_idle(const net::address_key& who);
  void count();

  const bounds most_;
  metrics& counters_;
  std::mutex mutex_; ///< guards what follows
  ticket last_ = 0;
  std::size_t queued_ = 0;
  std::map<ticket, handshake> running_; ///< the oldest first
  std::unordered_map<net::address_key, address, net::address_key::hash> addresses_;
};

} // namespace rollcall::http
