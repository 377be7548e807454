#pragma once

#include "domain/base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rollcall {

/// A moment in microseconds since the epoch, as another node tells it. One that is not between 1970 and 9999,
/// which only a node that errs tells, counts as the nearest that is: nothing that is computed with it
/// overflows.
constexpr timestamp moment_from(std::int64_t microseconds) {
  constexpr auto last = std::int64_t{253'402'300'799} * 1'000'000;
  return timestamp{std::chrono::microseconds{std::clamp<std::int64_t>(microseconds, 0, last)}};
}

} // namespace rollcall
