#include "domain/calls/shown_id.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace rollcall {

namespace {

constexpr std::string_view stand_in = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::uint32_t stand_in_code = 0xFFFD;
constexpr std::uint32_t first_above = 0x10000;
constexpr std::uint32_t last_character = 0x10FFFF;
constexpr std::size_t bytes_above = 4; // of UTF-8, for a character above U+FFFF
constexpr char before_codes = '~';
constexpr char between_codes = '.';

bool is_above(char first) { return (static_cast<unsigned char>(first) & 0xF8) == 0xF0; }

std::uint32_t code_above(std::string_view character) {
  std::uint32_t code = 0;
  for (const char c : character)
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return code & 0x1FFFFF; // without what the first byte begins with
}

void append_character(std::string& out, std::uint32_t code) {
  if (code == stand_in_code) {
    out += stand_in;
    return;
  }
  out += static_cast<char>(0xF0 | code >> 18);
  out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
  out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
  out += static_cast<char>(0x80 | (code & 0x3F));
}

void append_code(std::string& out, std::uint32_t code) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (auto shift = code > 0xFFFFF ? 20 : code > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4)
    out += hex[code >> shift & 0xF];
}

/// Takes the next code off `codes`; none when it is not written as append_code() does.
std::optional<std::uint32_t> next_code(std::string_view& codes) {
  const auto digits = codes.substr(0, codes.find(between_codes));
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc{} || (code != stand_in_code && (code < first_above || code > last_character)))
    return std::nullopt;
  std::string written;
  append_code(written, code);
  if (written != digits)
    return std::nullopt;
  codes.remove_prefix(digits.size());
  if (!codes.empty()) {
    codes.remove_prefix(1);
    if (codes.empty())
      return std::nullopt; // a point with nothing behind it
  }
  return code;
}

} // namespace

bool needs_codes(std::string_view id) {
  for (std::size_t i = 0; i < id.size(); ++i)
    if (is_above(id[i]) || id.substr(i, stand_in.size()) == stand_in)
      return true;
  return false;
}

std::string with_codes(std::string_view id) {
  std::string text;
  std::string codes;
  const auto replace = [&](std::uint32_t code) {
    text += stand_in;
    codes += codes.empty() ? before_codes : between_codes;
    append_code(codes, code);
  };
  while (!id.empty()) {
    std::size_t taken = 1;
    if (is_above(id[0])) {
      taken = std::min(bytes_above, id.size());
      replace(code_above(id.substr(0, taken)));
    } else if (id.starts_with(stand_in)) {
      taken = stand_in.size();
      replace(stand_in_code);
    } else {
      text += id[0];
    }
    id.remove_prefix(taken);
  }
  return text + codes;
}

std::optional<std::string> without_codes(std::string_view shown) {
  if (shown.find(stand_in) == shown.npos)
    return std::string{shown};
  const auto at = shown.rfind(before_codes);
  if (at == shown.npos)
    return std::nullopt;
  auto codes = shown.substr(at + 1);
  auto text = shown.substr(0, at);
  std::string id;
  while (!text.empty()) {
    if (is_above(text[0]))
      return std::nullopt;
    if (!text.starts_with(stand_in)) {
      id += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto code = next_code(codes);
    if (!code)
      return std::nullopt;
    append_character(id, *code);
    text.remove_prefix(stand_in.size());
  }
  return codes.empty() ? std::optional{std::move(id)} : std::nullopt;
}

} // namespace rollcall
