#pragma once

#include "domain/base/boot_clock.hpp"

#include <array>
#include <cstddef>

namespace rollcall {

/// What is known of another machine's steady clock from what it tells in pings. Both go at one pace, so that
/// how far they are apart is found once and for all; how long its word was under way is not known, but it was
/// never on its way for less than nothing: what is told here is never ahead of the other clock.
class peer_clock {
public:
  /// The other one has told `theirs`, which came when this machine's clock showed `ours`.
  void told(boot_time theirs, boot_time ours) {
    last_ = theirs;
    ahead_[next_] = theirs - ours;
    next_ = (next_ + 1) % ahead_.size();
    known_ = known_ < ahead_.size() ? known_ + 1 : known_;
  }

  /// What it has told last. Not known: nothing yet.
  boot_time last() const noexcept { return last_; }

  /// What it showed at least when this machine's clock showed `ours`: by the quickest of the last few pings.
  boot_time at(boot_time ours) const noexcept {
    if (known_ == 0)
      return {};
    auto ahead = ahead_[0];
    for (std::size_t i = 1; i < known_; ++i)
      ahead = ahead_[i] > ahead ? ahead_[i] : ahead;
    return ours + ahead;
  }

private:
  static constexpr std::size_t samples = 8; // few, for no two clocks go at quite the same pace

  boot_time last_;
  std::array<boot_clock::duration, samples> ahead_{};
  std::size_t next_ = 0;
  std::size_t known_ = 0;
};

} // namespace rollcall
