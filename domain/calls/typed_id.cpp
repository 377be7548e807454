#include "domain/calls/typed_id.hpp"

#include "domain/base/visible_text.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

namespace rollcall {

namespace {

constexpr char backslash = '\\';
constexpr std::uint32_t highest_code = 0x10FFFF;

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  const auto tail = [&](int shift) { byte(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80)
    return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    tail(6);
  } else {
    byte(0xF0 | code >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
}

/// Appends the character of these hexadecimal digits. False when it is none.
bool append_code(std::string& out, std::string_view digits) {
  std::uint32_t code = 0;
  const auto* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, code, 16);
  if (error != std::errc{} || end != last || code > highest_code)
    return false;
  append_utf8(out, code);
  return true;
}

/// Takes what follows a backslash off `text`. False when it is no escape of visible_text(), nor a backslash.
bool append_escaped(std::string& out, std::string_view& text) {
  const auto take = [&text](std::size_t count) {
    const auto taken = text.substr(0, count);
    text.remove_prefix(taken.size());
    return taken;
  };
  const auto kind = take(1);
  constexpr std::string_view letters = "\\nrt";
  constexpr std::string_view meant = "\\\n\r\t";
  if (const auto which = letters.find(kind); !kind.empty() && which != letters.npos) {
    out += meant[which];
    return true;
  }
  if (kind == "x")
    return append_code(out, take(2));
  const auto end = text.find('}');
  if (kind != "u" || !text.starts_with('{') || end == text.npos)
    return false;
  const auto braces = take(end + 1);
  return append_code(out, braces.substr(1, braces.size() - 2));
}

/// Characters that look like a blank, or like nothing, in a table: Unicode's Zs, and the empty Braille
/// pattern.
constexpr std::uint32_t wide_blanks[] = {0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
                                         0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009,
                                         0x200A, 0x202F, 0x205F, 0x2800, 0x3000};

/// How many bytes at the begin of `text` are such a character, which is appended as its escape; 0: none.
std::size_t append_wide_blank(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0xC2)
    return 0;
  for (const auto code : wide_blanks) {
    std::string blank;
    append_utf8(blank, code);
    if (!text.starts_with(blank))
      continue;
    char escape[16];
    std::snprintf(escape, sizeof escape, code < 0x100 ? "\\x%02x" : "\\u{%x}", static_cast<unsigned>(code));
    out += escape;
    return blank.size();
  }
  return 0;
}

/// With escapes for blanks that a table does not show: at an end, or more than one.
std::string with_blanks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto size = append_wide_blank(out, text.substr(i)); size > 0) {
      i += size;
      continue;
    }
    const auto at_end = i == 0 || i + 1 == text.size();
    if (text[i] == ' ' && (at_end || text[i - 1] == ' '))
      out += "\\x20";
    else
      out += text[i];
    ++i;
  }
  return out;
}

} // namespace

std::string typed_id(std::string_view id) {
  if (!id.starts_with(backslash) && with_blanks(visible_text(id)) == id)
    return std::string{id};
  std::string doubled;
  for (const char c : id)
    doubled.append(c == backslash ? 2 : 1, c);
  return backslash + with_blanks(visible_text(doubled));
}

std::optional<std::string> read_typed_id(std::string_view typed) {
  if (!typed.starts_with(backslash))
    return std::string{typed};
  std::string id;
  for (auto rest = typed.substr(1); !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != backslash)
      id += c;
    else if (!append_escaped(id, rest))
      return std::nullopt;
  }
  return typed_id(id) == typed ? std::optional{std::move(id)} : std::nullopt; // not written in another way
}

} // namespace rollcall
