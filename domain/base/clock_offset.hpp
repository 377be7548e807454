#pragma once

#include "domain/base/boot_clock.hpp"
#include "domain/base/time.hpp"

#include <array>
#include <cstddef>

namespace rollcall {

/// How far another node's time of day is ahead of this one's, from what it tells in its answers to pings:
/// what it told is taken to be of the middle of the round trip. The quickest of the last few round trips is
/// right to half its length.
class clock_offset {
public:
  /// `now` is this node's time of day when the answer came.
  void told(timestamp theirs, timestamp now, boot_clock::duration round_trip) {
    samples_[next_] = {round_trip, theirs - (now - round_trip / 2)};
    next_ = (next_ + 1) % samples_.size();
    known_ = known_ < samples_.size() ? known_ + 1 : known_;
  }

  /// Nothing while nothing was told. Negative: the other one is behind.
  std::chrono::microseconds ahead() const noexcept {
    if (known_ == 0)
      return std::chrono::microseconds{0};
    auto best = samples_[0];
    for (std::size_t i = 1; i < known_; ++i)
      if (samples_[i].round_trip < best.round_trip)
        best = samples_[i];
    return best.ahead;
  }

private:
  struct sample {
    boot_clock::duration round_trip{0};
    std::chrono::microseconds ahead{0};
  };

  static constexpr std::size_t kept = 8; // few: a clock that was set shows soon

  std::array<sample, kept> samples_{};
  std::size_t next_ = 0;
  std::size_t known_ = 0;
};

} // namespace rollcall
