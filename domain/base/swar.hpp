#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// SIMD within a register: texts, eight bytes at a time (Warren, Hacker's Delight, 6-1): what each byte of a
/// line or a row is looked at for is seldom there. A mask has the high bit of each byte that was looked for,
/// and perhaps of some above the lowest of them: it is certain whether there is one, and which is the first.
namespace rollcall::swar {

static_assert(std::endian::native == std::endian::little, "the first byte of a text is the lowest");

constexpr std::size_t size = 8;
constexpr std::uint64_t ones = 0x0101'0101'0101'0101; ///< times a byte: that byte eight times
constexpr std::uint64_t highs = ones * 0x80;

inline std::uint64_t load(const char* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

/// Fewer than eight bytes, with this one for those that lack.
inline std::uint64_t load(const char* from, std::size_t count, char rest) noexcept {
  auto word = ones * static_cast<unsigned char>(rest);
  if (count != 0) // an empty text may be nowhere
    std::memcpy(&word, from, count);
  return word;
}

constexpr std::uint64_t equal(std::uint64_t word, char to) noexcept {
  const auto different = word ^ (ones * static_cast<unsigned char>(to));
  return (different - ones) & ~different & highs;
}

/// `bound` is 128 at most.
constexpr std::uint64_t below(std::uint64_t word, unsigned char bound) noexcept {
  return (word - ones * bound) & ~word & highs;
}

constexpr std::uint64_t not_ascii(std::uint64_t word) noexcept { return word & highs; }

/// The place of the first byte in a mask that is not 0.
constexpr std::size_t first(std::uint64_t mask) noexcept {
  return static_cast<std::size_t>(std::countr_zero(mask)) / 8;
}

/// True when `mask(word)` is not 0 for some bytes of the text. A blank must not be what it looks for.
template <class Mask>
bool any(std::string_view text, Mask mask) noexcept {
  if (text.size() < size)
    return mask(load(text.data(), text.size(), ' ')) != 0;
  for (std::size_t at = 0; at + size < text.size(); at += size)
    if (mask(load(text.data() + at)) != 0)
      return true;
  return mask(load(text.data() + text.size() - size)) != 0; // some bytes twice
}

} // namespace rollcall::swar
