#pragma once

#include <cstdint>
#include <random>

namespace rollcall {

/// A number that nobody else has: of a start of the node, of a log. Any thread.
inline std::uint64_t random_number() {
  std::random_device bits; // 32 at a time
  return std::uint64_t{bits()} << 32 | bits();
}

} // namespace rollcall
