#pragma once

#include <algorithm>
#include <chrono>

namespace rollcall::switches {

/// When the next of many may be sent to a switch: so many in a second, and a few at once after a pause. Pure;
/// one thread.
class pacer {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// `burst` is at least 1.
  pacer(double per_second, double burst, moment now)
      : per_second_(per_second), burst_(burst), allowance_(burst), refilled_(now) {}

  bool may_send(moment now) {
    allowance_ = allowance(now);
    refilled_ = now;
    return allowance_ >= 1;
  }

  /// One has been sent.
  void sent() { allowance_ -= 1; }

  /// How long until one may be sent; 0 when it may.
  std::chrono::milliseconds wait(moment now) const {
    const std::chrono::duration<double> needed{std::max(0.0, (1 - allowance(now)) / per_second_)};
    return std::chrono::ceil<std::chrono::milliseconds>(needed);
  }

private:
  double allowance(moment now) const {
    const std::chrono::duration<double> passed = now - refilled_;
    return std::min(burst_, allowance_ + passed.count() * per_second_);
  }

  const double per_second_;
  const double burst_;
  double allowance_;
  moment refilled_;
};

} // namespace rollcall::switches
