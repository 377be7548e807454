#include "domain/base/visible_text.hpp"

#include "domain/base/swar.hpp"
#include "domain/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace rollcall {

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

struct range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls, line and paragraph separators, annotations, and all that nothing is seen of: Unicode 15,
/// Default_Ignorable_Code_Point. Of two texts that look equal one may hold them.
constexpr range hidden_characters[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},    {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},  {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

bool is_hidden(std::uint32_t code) {
  const auto* found = std::find_if(std::begin(hidden_characters), std::end(hidden_characters),
                                   [code](const range& each) { return code <= each.last; });
  return found != std::end(hidden_characters) && code >= found->first;
}

/// True when all is printable ASCII.
bool needs_no_change(std::string_view text) {
  return !swar::any(text, [](std::uint64_t word) {
    return swar::not_ascii(word) | swar::below(word, ' ') | swar::equal(word, '\x7F');
  });
}

/// Calls one of the three for each character: `plain(bytes)`, `hidden(code)`, `broken(bytes)`.
template <class Plain, class Hidden, class Broken>
void each_character(std::string_view text, Plain plain, Hidden hidden, Broken broken) {
  while (!text.empty()) {
    const auto character = text.substr(0, character_size(text));
    text.remove_prefix(character.size());
    const auto first = static_cast<unsigned char>(character[0]);
    if (first < 0x20)
      hidden(first);
    else if (!is_clean(character))
      broken(character);
    else if (const auto code = code_of(character); is_hidden(code))
      hidden(code);
    else
      plain(character);
  }
}

template <class... Ts>
void append_format(std::string& out, const char* format, Ts... values) {
  char text[24];
  const auto size = std::snprintf(text, sizeof text, format, values...);
  out.append(text, static_cast<std::size_t>(size));
}

void append_visible(std::string& out, std::uint32_t code) {
  switch (code) {
  case '\n':
    out += "\\n";
    break;
  case '\r':
    out += "\\r";
    break;
  case '\t':
    out += "\\t";
    break;
  default:
    append_format(out, code < 0x100 ? "\\x%02x" : "\\u{%x}", static_cast<unsigned>(code));
  }
}

void append_json(std::string& out, std::uint32_t code) {
  if (code > 0xFFFF) { // a pair of surrogates
    const auto rest = static_cast<unsigned>(code - 0x10000);
    append_format(out, "\\u%04x\\u%04x", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
  } else {
    append_format(out, "\\u%04x", static_cast<unsigned>(code));
  }
}

} // namespace

std::string visible_text(std::string_view text) {
  if (needs_no_change(text))
    return std::string{text};
  std::string out;
  out.reserve(text.size());
  each_character(
      text, [&](std::string_view bytes) { out += bytes; },
      [&](std::uint32_t code) { append_visible(out, code); },
      [&](std::string_view bytes) {
        for (const char byte : bytes)
          append_format(out, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
      });
  return out;
}

std::string json_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(
      text,
      [&](std::string_view bytes) {
        if (bytes == "\"" || bytes == "\\")
          out += '\\';
        out += bytes;
      },
      [&](std::uint32_t code) { append_json(out, code); }, [&](std::string_view) { out += "\\ufffd"; });
  return out;
}

std::string visible_json(std::string_view serialized) {
  if (needs_no_change(serialized))
    return std::string{serialized};
  std::string out;
  out.reserve(serialized.size());
  each_character(
      serialized, [&](std::string_view bytes) { out += bytes; },
      [&](std::uint32_t code) {
        if (code == '\n' || code == '\r' || code == '\t') // between two values: in a text they are escaped
          out += static_cast<char>(code);
        else
          append_json(out, code);
      },
      [&](std::string_view) { out += "\\ufffd"; });
  return out;
}

} // namespace rollcall
