#include "domain/base/text.hpp"

#include "domain/base/swar.hpp"

#include <cstdint>

namespace rollcall {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct decoded {
  std::size_t size; ///< bytes read; for a broken sequence its maximal subpart
  bool clean;
};

bool allowed(std::uint32_t c) {
  return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r';
}

// The byte ranges of Unicode 15, table 3-7: a second byte outside its range ends the sequence there.
decoded decode(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned first = byte(0);
  if (first < 0x80)
    return {1, allowed(first)};
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0)
      low = 0xA0;
    if (first == 0xED)
      high = 0x9F; // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0)
      low = 0x90;
    if (first == 0xF4)
      high = 0x8F; // above U+10FFFF
  } else {
    return {1, false};
  }
  std::uint32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (i == s.size() || byte(i) < low || byte(i) > high)
      return {i, false};
    code = (code << 6) | (byte(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {length, allowed(code)};
}

/// True when all is ASCII from the space up: what nearly all texts are made of, and many times faster to see
/// so than character by character.
bool is_plain(std::string_view text) {
  return !swar::any(text, [](std::uint64_t word) { return swar::not_ascii(word) | swar::below(word, ' '); });
}

} // namespace

bool is_clean(std::string_view text) {
  if (is_plain(text))
    return true;
  while (!text.empty()) {
    const auto next = decode(text);
    if (!next.clean)
      return false;
    text.remove_prefix(next.size);
  }
  return true;
}

std::string cleaned(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto next = decode(text);
    out += next.clean ? text.substr(0, next.size) : replacement;
    text.remove_prefix(next.size);
  }
  return out;
}

std::string within_16_bits(std::string_view clean) {
  std::string out;
  out.reserve(clean.size());
  while (!clean.empty()) {
    const auto size = decode(clean).size;
    out += size < 4 ? clean.substr(0, size) : replacement;
    clean.remove_prefix(size);
  }
  return out;
}

} // namespace rollcall
