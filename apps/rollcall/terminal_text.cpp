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

// Of a character of the Basic Multilingual Plane.
std::string json_escape(std::uint32_t code) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(code & 0xFFFFU));
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

std::string escaped_json(std::string_view serialized) {
  if (std::all_of(serialized.begin(), serialized.end(), [](char c) { return c >= 0x20 && c < 0x7F; }))
    return std::string(serialized);
  // Each character by itself, for a line end between two values stays one.
  std::string out;
  out.reserve(serialized.size());
  while (!serialized.empty()) {
    const auto character = serialized.substr(0, character_size(serialized));
    serialized.remove_prefix(character.size());
    if (character == "\n" || character == "\r" || character == "\t") {
      out += character;
    } else if (!is_clean(character)) {
      const auto first = static_cast<unsigned char>(character[0]);
      out += json_escape(first < 0x80 ? first : 0xFFFD);
    } else if (const auto code = code_of(character); is_control(code)) {
      out += json_escape(code);
    } else {
      out += character;
    }
  }
  return out;
}

std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns == 0 || shown_width(text) <= columns)
    return columns == 0 ? std::string() : std::string(text);
  std::size_t end = 0;
  for (std::size_t left = columns; left > 1; --left)
    end += character_size(text.substr(end));
  return std::string(text.substr(0, end)) + "…";
}

} // namespace rollcall::cli
