#pragma once

#include "domain/history/call_figures.hpp"
#include "domain/history/history_range.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace rollcall {

/// The figures of one step.
struct history_point {
  history_time time; ///< its beginning
  std::uint64_t total_max = 0;
  double total_mean = 0; ///< over the moments that were counted
  std::uint64_t connected_max = 0;
  double connected_mean = 0;
  bool complete = true; ///< every minute of it was counted, and nothing was missing

  friend bool operator==(const history_point&, const history_point&) = default;
};

/// What was counted in a minute or an hour of one subject.
struct counted_span {
  history_time start;
  std::uint32_t minutes = 1; ///< that were counted
  std::uint32_t moments = 0; ///< of these
  bool whole = true;         ///< these minutes are whole
  call_figures figures;
};

/// Makes points of a range of what was counted in it.
class history_points {
public:
  explicit history_points(const history_range& range);

  /// Takes what was counted in a part of one step; nothing of it twice.
  void add(const counted_span& span);

  /// The points, oldest first. A step has no point when nothing was counted in it.
  std::vector<history_point> take() const;

private:
  struct step {
    std::uint32_t minutes = 0;
    std::uint64_t moments = 0;
    bool whole = true;
    call_figures figures;
  };

  history_range range_;
  std::vector<step> steps_;
};

} // namespace rollcall
