#pragma once

#include "transport/http/nonce.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace rollcall::http {

/// Which counters of one nonce have been used: the highest and the 63 below it, so that requests sent side by
/// side may arrive in any order. What lies further back counts as used.
class replay_window {
public:
  static constexpr std::uint32_t width = 64;

  bool fresh(std::uint32_t nc) const;

  /// Marks `nc` used.
  void use(std::uint32_t nc);

private:
  std::uint32_t highest_ = 0;
  std::uint64_t used_ = 0; ///< bit i: highest_ - i is used
};

/// The windows of the nonces that logged somebody in: as many as fit. The oldest leave first, and a floor
/// rises to each that leaves: what is at or below the floor is never fresh, so nothing forgotten can be
/// replayed. Any thread.
class replay_table {
public:
  explicit replay_table(std::size_t capacity) : capacity_(capacity) {}

  /// True when the counter has not been used with this nonce. Changes nothing.
  bool fresh(const nonce_id& nonce, std::uint32_t nc) const;

  /// True when some counter of this nonce was used, and is remembered.
  bool knows(const nonce_id& nonce) const;

  /// Uses the counter; false when somebody was faster.
  bool use(const nonce_id& nonce, std::uint32_t nc);

  /// Forgets the nonces below `limit`, which have expired.
  void forget_below(const nonce_id& limit);

  std::size_t size() const;

private:
  bool fresh_locked(const nonce_id& nonce, std::uint32_t nc) const;
  void drop_oldest();

  mutable std::mutex mutex_;
  std::size_t capacity_;
  std::map<nonce_id, replay_window> windows_;
  nonce_id floor_{}; ///< below every nonce in windows_
};

} // namespace rollcall::http
