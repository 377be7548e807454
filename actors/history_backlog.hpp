#pragma once

#include "actors/defaults.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rollcall {

/// Minutes on their way to the history, or kept by its writer while it cannot be written: their bytes are
/// counted and bounded, because they wait in memory. Any thread.
class history_backlog {
public:
  /// Takes up `bytes`. False when there is no room: then they are not to be sent.
  bool admit(std::size_t bytes) noexcept {
    if (waiting_ + bytes > defaults::history_backlog_bytes)
      return false;
    waiting_ += bytes;
    return true;
  }

  /// They were written, or given up.
  void release(std::size_t bytes) noexcept { waiting_ -= bytes; }

  std::uint64_t waiting() const noexcept { return waiting_; }

private:
  std::atomic<std::uint64_t> waiting_{0};
};

} // namespace rollcall
