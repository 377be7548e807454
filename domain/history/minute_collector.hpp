#pragma once

#include "domain/history/counted_minute.hpp"

#include <optional>

namespace rollcall {

/// Gathers what is counted at the moments of one minute after the other.
class minute_collector {
public:
  /// What was counted at a moment, a multiple of sample_interval. It is passed over when it belongs to
  /// another minute than what is there, which its owner takes first, or when that moment was counted already.
  void add(history_time moment, const figures_rows& counted, bool complete);

  /// What is there, if it is of another minute than `now`.
  std::optional<counted_minute> take_finished(history_time now);

  /// What is there, finished or not.
  std::optional<counted_minute> take();

private:
  counted_minute minute_; ///< without a moment: nothing is there
};

} // namespace rollcall
