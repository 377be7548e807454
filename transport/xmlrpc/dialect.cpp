#include "transport/xmlrpc/dialect.hpp"

#include "transport/xmlrpc/escape.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

namespace rollcall::xmlrpc {

namespace {

constexpr std::string_view mark = "\xEE\x80\x80"; // U+E000, of private use
constexpr std::uint32_t mark_code = 0xE000;
constexpr unsigned code_digits = 6;
constexpr std::size_t longest_character = 4; // bytes: those above U+FFFF
constexpr std::string_view hex = "0123456789ABCDEF";

bool is_i8(std::string_view element) { return element == "i8" || element == "ex:i8"; }
bool is_integer(std::string_view element) { return element == "int" || element == "i4" || is_i8(element); }

bool fits_32_bits(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min()
         && number <= std::numeric_limits<std::int32_t>::max();
}

void append_code(std::string& out, std::uint32_t code) {
  out += mark;
  for (auto shift = 4 * code_digits; shift > 0; shift -= 4)
    out += hex[code >> (shift - 4) & 0xF];
}

// Of four bytes of UTF-8.
std::uint32_t code_of(std::string_view character) {
  std::uint32_t code = 0;
  for (const char c : character)
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return code & 0x1FFFFF; // without what the first byte begins with
}

// As UTF-8; U+0800 and above.
void append_character(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t lead, std::uint32_t bits) { out += static_cast<char>(lead | bits); };
  if (code > 0xFFFF) {
    put(0xF0, code >> 18);
    put(0x80, code >> 12 & 0x3F);
  } else {
    put(0xE0, code >> 12);
  }
  put(0x80, code >> 6 & 0x3F);
  put(0x80, code & 0x3F);
}

} // namespace

void dialect_writer::start(std::string_view element) {
  malformed_ = malformed_ || in_integer_; // an integer has no elements
  in_integer_ = is_integer(element);
  digits_.clear();
  if (!in_integer_)
    (document_ += '<').append(element) += '>';
}

void dialect_writer::end(std::string_view element) {
  if (std::exchange(in_integer_, false))
    put_integer(element);
  else
    (document_ += "</").append(element) += '>';
}

void dialect_writer::text(std::string_view characters) {
  if (in_integer_)
    digits_ += characters;
  else
    put(characters);
}

void dialect_writer::put(std::string_view characters) {
  while (!characters.empty()) {
    std::size_t taken = 1;
    if ((characters[0] & 0xF8) == 0xF0) {
      taken = std::min(characters.size(), longest_character);
      append_code(document_, code_of(characters.substr(0, taken)));
    } else if (characters.starts_with(mark)) {
      taken = mark.size();
      append_code(document_, mark_code);
    } else if (const auto escape = escape_of(characters[0]); !escape.empty()) {
      document_ += escape;
    } else {
      document_ += characters[0];
    }
    characters.remove_prefix(taken);
  }
}

void dialect_writer::put_integer(std::string_view element) {
  std::int64_t number = 0;
  const auto* last = digits_.data() + digits_.size();
  const auto [end, error] = std::from_chars(digits_.data(), last, number);
  if (end == last && error == std::errc{})
    put_leaf(fits_32_bits(number) ? "int" : "i8", std::to_string(number));
  else if (end == last && error == std::errc::result_out_of_range)
    put_leaf("string", digits_);
  else if (is_i8(element))
    malformed_ = true; // it would crash while it complains (a `%s` without its argument)
  else
    put_leaf(element, digits_);
}

void dialect_writer::put_leaf(std::string_view element, std::string_view content) {
  (document_ += '<').append(element) += '>';
  put(content);
  (document_ += "</").append(element) += '>';
}

std::string restored(std::string_view carried) {
  std::string text;
  for (;;) {
    const auto at = carried.find(mark);
    text += carried.substr(0, at);
    if (at == std::string_view::npos)
      return text;
    carried.remove_prefix(at + mark.size());
    std::uint32_t code = 0;
    const auto digits = carried.substr(0, code_digits);
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    append_character(text, code);
    carried.remove_prefix(digits.size());
  }
}

} // namespace rollcall::xmlrpc
