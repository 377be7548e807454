#pragma once

#include "domain/base/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall {

/// How the audit log fares, for /readyz and /metrics.
struct audit_status {
  std::optional<timestamp> unwritable_since; ///< none: it can be written
  std::string trouble;                       ///< why it cannot
  std::optional<timestamp> begun_anew;       ///< when its file was last lost
  std::string loss;                          ///< what had become of it
  std::uint64_t losses = 0;
  std::uint64_t late = 0;     ///< parts of entries that were not written in time
  std::uint64_t dropped = 0;  ///< parts of entries that were not kept until they could be written
  std::uint64_t left_out = 0; ///< entries of requests that hung up nothing, beyond their customer's bound
  std::uint64_t waiting_bytes = 0; ///< that are still to be written
  std::uint64_t limit_bytes = 0;
};

/// Up to how many eighths of the backlog are full something is still taken up: what matters more has the rest
/// to itself.
enum class audit_room : std::uint8_t {
  refusals = 4, ///< requests that were refused, which hung up nothing
  calls = 7,    ///< what was hung up, and what came of it
  answers = 8,  ///< what seals an entry, and orders to nodes
};

/// What is to be written to the audit log, on its way to the auditor or kept by it while the log cannot be
/// written: the bytes are counted here and bounded, because they wait in memory. Any thread.
class audit_backlog {
public:
  /// Names an entry in this process.
  std::uint64_t new_entry() noexcept { return last_entry_.fetch_add(1, std::memory_order_relaxed) + 1; }

  /// These may be changed by a reload.
  void limit(std::uint64_t bytes) noexcept { limit_ = bytes; }
  void daily_limit(std::uint64_t bytes) noexcept { daily_limit_ = bytes; }

  /// Bytes that each customer may fill a day with requests that hang up nothing.
  std::uint64_t daily_limit() const noexcept { return daily_limit_; }

  /// Whether there is room for more of it, of whatever size: the last one may go beyond the limit, so that
  /// none is too large for it.
  bool has_room(audit_room of) const noexcept;

  /// Also beyond the limit; the sender answers for a bound.
  void take_up(std::size_t bytes) noexcept { waiting_ += bytes; }

  /// Takes up `bytes`. False when there is no room: then they are not to be sent, and count_dropped() is due
  /// when they are given up. Each thread that asks at the same moment may go beyond the limit by what it
  /// brings.
  bool admit(std::size_t bytes, audit_room of) noexcept;

  /// They were written, or given up.
  void release(std::size_t bytes) noexcept { waiting_ -= bytes; }

  void count_late() noexcept { ++late_; }
  void count_dropped() noexcept { ++dropped_; }
  void count_left_out() noexcept { ++left_out_; }

  /// The log cannot be written; true when it could before. An empty `why`: it can; true when it could not.
  bool set_trouble(const std::string& why, timestamp now);
  void set_loss(const std::string& what, timestamp now);
  audit_status status() const;

private:
  std::atomic<std::uint64_t> last_entry_{0};
  std::atomic<std::uint64_t> limit_{64ULL * 1024 * 1024};
  std::atomic<std::uint64_t> daily_limit_{10ULL * 1024 * 1024};
  std::atomic<std::uint64_t> waiting_{0};
  std::atomic<std::uint64_t> late_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> left_out_{0};
  mutable std::mutex mutex_; ///< of the next
  audit_status told_;
};

} // namespace rollcall
