#pragma once

#include "domain/base/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rollcall {

/// How long one waits before it connects again: a switch 250 ms, doubled up to 5 s, each time shortened by up
/// to a half at random, so that a thousand do not come back at once. One thread.
class sim_backoff {
public:
  static constexpr std::chrono::milliseconds shortest{250};
  static constexpr std::chrono::milliseconds longest{5000};

  explicit sim_backoff(std::uint64_t seed, std::chrono::milliseconds first = shortest,
                       std::chrono::milliseconds last = longest)
      : random_(seed), first_(first), last_(last) {}

  /// The next wait.
  std::chrono::microseconds next() {
    const std::chrono::microseconds full = wait_;
    wait_ = std::min(wait_ * 2, last_);
    return random_.between(full / 2, full);
  }

  /// A shortest wait, which makes the next ones no longer.
  std::chrono::microseconds least() {
    const std::chrono::microseconds full = shortest;
    return random_.between(full / 2, full);
  }

  /// A connection was good: begin again with the shortest.
  void reset() { wait_ = first_; }

private:
  sim_random random_;
  std::chrono::milliseconds first_;
  std::chrono::milliseconds last_;
  std::chrono::milliseconds wait_ = first_;
};

} // namespace rollcall
