#pragma once

#include "domain/base/time.hpp"

#include <chrono>

namespace rollcall {

/// True when calls of one id that began at `a` and at `b` are the same call. The setup time of a call is
/// rounded on its way, and differs where a switch's clock is corrected (decision 0053) by what the
/// measurement varies.
constexpr bool same_beginning(timestamp a, timestamp b) {
  constexpr std::chrono::seconds rounding{1};
  return a - b <= rounding && b - a <= rounding;
}

} // namespace rollcall
