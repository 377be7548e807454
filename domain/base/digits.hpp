#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>

namespace rollcall {

/// Bytes of the longest integer, with its sign.
constexpr std::size_t max_digits = std::numeric_limits<std::int64_t>::digits10 + 2;

namespace digit_pairs {

/// `00` to `99`: two digits are copied sooner than they are divided for.
inline constexpr auto table = [] {
  std::array<char, 200> pairs{};
  for (unsigned i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

} // namespace digit_pairs

/// Writes a number below 100 as two digits; returns where they end.
inline char* write_pair(char* out, std::uint32_t number) noexcept {
  std::memcpy(out, &digit_pairs::table[2 * number], 2);
  return out + 2;
}

/// Writes a number as to_chars does, max_digits bytes at most; returns where it ends. Those of a list are
/// mostly small.
inline char* write_integer(char* out, std::int64_t number) noexcept {
  if (number < 0 || number > 9999)
    return std::to_chars(out, out + max_digits, number).ptr;
  const auto small = static_cast<std::uint32_t>(number);
  if (small < 10) {
    *out = static_cast<char>('0' + small);
    return out + 1;
  }
  if (small < 100)
    return write_pair(out, small);
  if (small < 1000)
    *out++ = static_cast<char>('0' + small / 100);
  else
    out = write_pair(out, small / 100);
  return write_pair(out, small % 100);
}

} // namespace rollcall
