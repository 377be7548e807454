#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>

namespace rollcall {

/// Chance for the simulated switch: the same seed gives the same run on every machine. The engine is fixed by
/// the standard; its distributions are not, and are therefore written here. One thread.
class sim_random {
public:
  explicit sim_random(std::uint64_t seed) : engine_(seed) {}

  /// 64 random bits.
  std::uint64_t bits() { return engine_(); }

  /// Evenly from [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// Evenly from [0, bound); bound > 0. Off by at most bound / 2^64, which no simulation notices.
  std::uint64_t below(std::uint64_t bound) { return bits() % bound; }

  /// True with this probability; never for 0, always for 1.
  bool chance(double probability) { return unit() < probability; }

  /// Evenly from [low, high].
  std::chrono::microseconds between(std::chrono::microseconds low, std::chrono::microseconds high) {
    const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + std::chrono::microseconds{static_cast<std::int64_t>(below(width))};
  }

  /// Exponentially distributed around `mean`: how long people talk.
  std::chrono::microseconds around(std::chrono::microseconds mean) {
    const auto length = -std::log1p(-unit()) * static_cast<double>(mean.count());
    return std::chrono::microseconds{static_cast<std::int64_t>(length)};
  }

private:
  std::mt19937_64 engine_;
};

} // namespace rollcall
