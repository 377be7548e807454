#pragma once

#include <cstddef>
#include <string_view>

namespace rollcall::xmlrpc {

/// What XML has in place of a byte of text: `&`, `<`, `>`, and the carriage return, which readers would turn
/// into a line feed (XML 1.0, 2.11). Empty for a byte that stands for itself.
constexpr std::string_view escape_of(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '\r':
    return "&#13;";
  default:
    return {};
  }
}

constexpr std::size_t longest_escape = 5; // bytes

/// What a character above U+FFFF becomes: clients refuse a whole answer because of one.
constexpr std::string_view astral_replacement = "\xEF\xBF\xBD"; // U+FFFD

/// Bytes of the character above U+FFFF that begins at `at`; 0 when none does.
constexpr std::size_t astral_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(at) < 0xF0)
    return 0;
  std::size_t size = 1;
  while (size < 4 && at + size < text.size() && (byte(at + size) & 0xC0) == 0x80)
    ++size;
  return size;
}

/// Calls `put` with each piece of `text` as it is written. `text` must be clean (domain/base/text.hpp).
template <class Put>
constexpr void escape(std::string_view text, bool full_unicode, Put put) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto piece = escape_of(text[i]);
    std::size_t size = 1;
    if (piece.empty()) {
      if (full_unicode || (size = astral_size(text, i)) == 0)
        continue;
      piece = astral_replacement;
    }
    put(text.substr(told, i - told));
    put(piece);
    told = i + size;
  }
  put(text.substr(told));
}

} // namespace rollcall::xmlrpc
