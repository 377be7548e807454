#include "apps/rollcall/terminal_text.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace rollcall::cli {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The bytes of the character that begins `text`.
std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  if (static_cast<unsigned char>(text[0]) < 0x80)
    return size;
  while (size < text.size() && size < 4 && continues(text[size]))
    ++size;
  return size;
}

std::uint32_t code_of(std::string_view character) {
  auto code = static_cast<std::uint32_t>(static_cast<unsigned char>(character[0]));
  if (character.size() > 1)
    code &= 0xFFU >> (character.size() + 1);
  for (const char c : character.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0)           // C0, DEL, C1
         || code == 0x61C || (code >= 0x200B && code <= 0x200F) // invisible, direction marks
         || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

std::string escaped(std::uint32_t code) {
  if (code == '\n')
    return "\\n";
  if (code == '\r')
    return "\\r";
  if (code == '\t')
    return "\\t";
  char text[16];
  std::snprintf(text, sizeof text, code < 0x100 ? "\\x%02x" : "\\u{%x}", static_cast<unsigned>(code));
  return text;
}

} // namespace

std::string for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto character = text.substr(0, character_size(text));
    if (!is_clean(character)) {
      for (const char byte : character)
        out += escaped(static_cast<unsigned char>(byte));
    } else if (const auto code = code_of(character); is_control(code)) {
      out += escaped(code);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

} // namespace rollcall::cli
