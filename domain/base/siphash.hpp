#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace rollcall {

using siphash_key = std::array<std::uint64_t, 2>;

/// A key that nobody knows. Of the system's randomness: not on the path of an event.
inline siphash_key random_siphash_key() {
  std::random_device source;
  const auto word = [&] { return std::uint64_t{source()} << 32 | source(); };
  return {word(), word()};
}

/// SipHash-2-4 of `text`: 64 bits that nobody can predict, nor make two texts share, who does not know the
/// key. For hashes that stand for a text which a stranger may have chosen.
constexpr std::uint64_t siphash(std::string_view text, const siphash_key& key) noexcept {
  std::uint64_t a = key[0] ^ 0x736f6d6570736575U;
  std::uint64_t b = key[1] ^ 0x646f72616e646f6dU;
  std::uint64_t c = key[0] ^ 0x6c7967656e657261U;
  std::uint64_t d = key[1] ^ 0x7465646279746573U;
  const auto rotated = [](std::uint64_t x, unsigned by) { return x << by | x >> (64 - by); };
  const auto rounds = [&](int count) {
    for (; count > 0; --count) {
      a += b;
      b = rotated(b, 13) ^ a;
      a = rotated(a, 32);
      c += d;
      d = rotated(d, 16) ^ c;
      a += d;
      d = rotated(d, 21) ^ a;
      c += b;
      b = rotated(b, 17) ^ c;
      c = rotated(c, 32);
    }
  };
  const auto take = [&](std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  };
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(text[i])} << i % 8 * 8;
    if (i % 8 == 7) {
      take(word);
      word = 0;
    }
  }
  take(word | std::uint64_t{text.size()} << 56);
  c ^= 0xFF;
  rounds(4);
  return a ^ b ^ c ^ d;
}

} // namespace rollcall
