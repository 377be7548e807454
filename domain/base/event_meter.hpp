#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace rollcall {

/// Counts events by the second, to tell how many there were of late. One thread at a time counts, which
/// costs it two plain moves of 64 bits; any thread reads meanwhile.
class event_meter {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// Of so many seconds, the last that are over, it is told how many events there were.
  static constexpr std::uint32_t window = 10;

  /// `events` have come. Beyond 2^32 in one second they are counted no more.
  void count(moment now, std::size_t events) noexcept {
    const auto second = second_of(now);
    auto& slot = slots_[second % slots_.size()];
    const auto known = slot.load(std::memory_order_relaxed);
    const std::uint64_t before = second_in(known) == second ? events_in(known) : 0;
    const auto sum = before + std::min<std::uint64_t>(events, most);
    slot.store(std::uint64_t{second} << bits | std::min<std::uint64_t>(sum, most), std::memory_order_relaxed);
  }

  /// The events of the `window` full seconds before this one.
  std::uint32_t recent(moment now) const noexcept {
    const auto second = second_of(now);
    std::uint64_t sum = 0;
    for (std::uint32_t ago = 1; ago <= window; ++ago) {
      const std::uint32_t then = second - ago;
      const auto known = slots_[then % slots_.size()].load(std::memory_order_relaxed);
      if (second_in(known) == then)
        sum += events_in(known);
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, most));
  }

private:
  static constexpr unsigned bits = 32;
  static constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

  static std::uint32_t second_of(moment now) noexcept {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  }
  static std::uint32_t second_in(std::uint64_t slot) noexcept {
    return static_cast<std::uint32_t>(slot >> bits);
  }
  static std::uint32_t events_in(std::uint64_t slot) noexcept { return static_cast<std::uint32_t>(slot); }

  /// A second and its events in one word: no reader sees the one without the other. A power of two, more than
  /// the window and the second that is under way.
  std::array<std::atomic<std::uint64_t>, 16> slots_{};
};

} // namespace rollcall
