#include "transport/xmlrpc/dialect.hpp"

#include "transport/xmlrpc/escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

namespace rollcall::xmlrpc {

namespace {

constexpr std::string_view mark = "\xEE\x80\x80"; // U+E000, of private use
constexpr std::uint32_t mark_code = 0xE000;
constexpr unsigned code_digits = 6;
constexpr std::uint32_t last_character = 0x10FFFF;
constexpr std::uint32_t last_code = 0xFFFFFF; // that many digits hold
constexpr std::size_t longest_character = 4;  // bytes: those above U+FFFF
constexpr std::size_t longest_fixed = 400;    // bytes of a double: up to 17 digits behind 308 zeros
constexpr std::string_view hex = "0123456789ABCDEF";

bool fits_32_bits(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min()
         && number <= std::numeric_limits<std::int32_t>::max();
}

/// The plus sign of XML-RPC is none of from_chars().
std::string_view without_plus(std::string_view number) {
  if (number.size() > 1 && number[0] == '+' && number[1] != '-')
    number.remove_prefix(1);
  return number;
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

// As UTF-8; the carriage return, or U+0800 and above.
void append_character(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t lead, std::uint32_t bits) { out += static_cast<char>(lead | bits); };
  if (code == '\r')
    return put(0, code);
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

dialect_writer::leaf dialect_writer::leaf_of(std::string_view element) {
  if (element == "int" || element == "i4" || element == "i8" || element == "ex:i8")
    return leaf::integer;
  if (element == "boolean")
    return leaf::boolean;
  if (element == "double")
    return leaf::real;
  return element == "dateTime.iso8601" || element == "base64" ? leaf::other : leaf::none;
}

void dialect_writer::start(std::string_view element) {
  malformed_ = malformed_ || open_ != leaf::none;
  open_ = leaf_of(element);
  content_.clear();
  if (open_ == leaf::none)
    (document_ += '<').append(element) += '>';
}

void dialect_writer::end(std::string_view element) {
  if (open_ != leaf::none)
    return put_leaf();
  if (element == "name")
    number_name();
  (document_ += "</").append(element) += '>';
}

void dialect_writer::number_name() {
  if (names_ == last_code - last_character) {
    malformed_ = true;
    return;
  }
  append_code(document_, last_character + ++names_);
}

void dialect_writer::text(std::string_view characters) {
  if (open_ == leaf::none)
    put(characters);
  else if (open_ != leaf::other)
    content_ += characters;
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
    } else if (characters[0] == '\r') {
      append_code(document_, '\r');
    } else if (const auto escape = escape_of(characters[0]); !escape.empty()) {
      document_ += escape;
    } else {
      document_ += characters[0];
    }
    characters.remove_prefix(taken);
  }
}

void dialect_writer::put_leaf() {
  switch (std::exchange(open_, leaf::none)) {
  case leaf::integer:
    return put_integer();
  case leaf::real:
    return put_real();
  case leaf::boolean:
    if (content_ == "0" || content_ == "1")
      return put_leaf("boolean", content_);
    return put_ill_typed();
  case leaf::other:
  case leaf::none:
    return put_ill_typed();
  }
}

void dialect_writer::put_integer() {
  std::int64_t number = 0;
  const auto digits = without_plus(content_);
  const auto* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (end != last)
    return put_ill_typed();
  if (error == std::errc{})
    put_leaf(fits_32_bits(number) ? "int" : "i8", std::to_string(number));
  else if (error == std::errc::result_out_of_range)
    put_leaf("string", digits);
  else
    put_ill_typed();
}

/// In fixed notation: xmlrpc-c takes no exponents.
void dialect_writer::put_real() {
  double number = 0;
  const auto digits = without_plus(content_);
  const auto* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (end != last || error != std::errc{} || !std::isfinite(number))
    return put_ill_typed();
  std::array<char, longest_fixed> fixed;
  const auto written =
      std::to_chars(fixed.data(), fixed.data() + fixed.size(), number, std::chars_format::fixed);
  put_leaf("double", {fixed.data(), static_cast<std::size_t>(written.ptr - fixed.data())});
}

void dialect_writer::put_ill_typed() { put_leaf("dateTime.iso8601", "19700101T00:00:00"); }

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
    if (code <= last_character)
      append_character(text, code);
    carried.remove_prefix(digits.size());
  }
}

} // namespace rollcall::xmlrpc
