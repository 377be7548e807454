#pragma once

#include "domain/history/call_figures.hpp"
#include "domain/history/history_time.hpp"

#include <bit>
#include <cstdint>

namespace rollcall {

/// Which of a minute's six moments were counted: bit i is the one 10 s × i after its start.
using moment_mask = std::uint8_t;

constexpr moment_mask all_moments = (1U << (history_minute / sample_interval)) - 1;

/// The bit of a moment in its minute's mask.
inline moment_mask mask_of(history_time moment) {
  const auto into = moment - floor_to(history_minute, moment);
  return static_cast<moment_mask>(1U << static_cast<unsigned>(into / sample_interval));
}

inline std::uint32_t count_of(moment_mask moments) {
  return static_cast<std::uint32_t>(std::popcount(moments));
}

/// What was counted in one minute. A subject that is not named had no calls at the moments that were counted.
struct counted_minute {
  history_time start;
  moment_mask moments = 0; ///< never 0 of one that is kept
  bool complete = true;    ///< nothing was missing from what was counted
  figures_rows rows;

  /// True when the minute's figures are those that they should be.
  bool is_whole() const { return complete && moments == all_moments; }

  friend bool operator==(const counted_minute&, const counted_minute&) = default;
};

/// Of two records of one minute the figures to be kept. Nodes that take turns within a minute have counted
/// different moments: together they are the minute. Where both have counted the same moment (each took itself
/// for the first node) one of the two is kept: the one with more moments, or the complete one.
counted_minute joined(const counted_minute& known, const counted_minute& other);

} // namespace rollcall
