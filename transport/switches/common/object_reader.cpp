#include "transport/switches/common/object_reader.hpp"

#include "domain/base/swar.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace rollcall::switches {

namespace {

constexpr std::uint32_t high_surrogate = 0xD800;
constexpr std::uint32_t low_surrogate = 0xDC00;
constexpr std::uint32_t past_surrogates = 0xE000;

/// What ends a run of plain characters in a string: quote, backslash, and what must be escaped. `end` when
/// there is none. Most strings are shorter than sixteen bytes, and half of what reading a line costs.
[[gnu::always_inline]] inline const char* find_special(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
      return at + std::countr_zero(mask);
  }
#endif
  const auto specials = [](std::uint64_t word) {
    return swar::equal(word, '"') | swar::equal(word, '\\') | swar::below(word, ' ');
  };
  for (; end - at >= std::ptrdiff_t{swar::size}; at += swar::size)
    if (const auto found = specials(swar::load(at)); found != 0)
      return at + swar::first(found);
  const auto found = specials(swar::load(at, static_cast<std::size_t>(end - at), ' '));
  return found != 0 ? at + swar::first(found) : end;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

} // namespace

object_reader::object_reader(std::string_view text, std::string& scratch)
    : at_(text.data()), end_(text.data() + text.size()), scratch_(scratch) {
  scratch_.clear();
}

bool object_reader::next(std::string_view& name, json_value& value) {
  if (error_)
    return false;
  skip_blanks();
  if (!begun_) {
    begun_ = true;
    if (!take('{'))
      return fail("not a JSON object");
    skip_blanks();
    if (take('}'))
      return finish();
  } else if (at_ == end_) {
    return fail("the object does not end");
  } else if (take('}')) {
    return finish();
  } else if (!take(',')) {
    return fail("a comma is missing between fields");
  }
  return read_name(name) && read_value(value, 1);
}

bool object_reader::fail(const char* reason) {
  if (!error_)
    error_ = reason;
  return false;
}

bool object_reader::finish() {
  skip_blanks();
  if (at_ != end_)
    return fail("something follows the object");
  return false;
}

[[gnu::always_inline]] inline void object_reader::skip_blanks() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
    ++at_;
}

[[gnu::always_inline]] inline bool object_reader::take(char c) {
  if (at_ == end_ || *at_ != c)
    return false;
  ++at_;
  return true;
}

[[gnu::always_inline]] inline bool object_reader::read_name(std::string_view& name) {
  skip_blanks();
  if (!take('"'))
    return fail("a field's name is missing");
  if (!read_string(name))
    return false;
  skip_blanks();
  return take(':') || fail("a colon is missing after a name");
}

bool object_reader::read_value(json_value& value, unsigned depth) {
  using kind = json_value::kind;
  skip_blanks();
  if (at_ == end_)
    return fail("a value is missing");
  value.text = {};
  const char* const begin = at_;
  switch (*at_) {
  case '"':
    ++at_;
    value.type = kind::string;
    return read_string(value.text);
  case 't':
  case 'f':
    value.type = kind::boolean;
    if (!read_literal(*at_ == 't' ? "true" : "false"))
      return false;
    value.text = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  case 'n':
    value.type = kind::null;
    return read_literal("null");
  case '{':
    ++at_;
    value.type = kind::nested;
    return skip_object(depth + 1) && keep_text(begin, value);
  case '[':
    ++at_;
    value.type = kind::nested;
    return skip_array(depth + 1) && keep_text(begin, value);
  default:
    value.type = kind::number;
    return read_number(value.text);
  }
}

bool object_reader::keep_text(const char* begin, json_value& value) const {
  value.text = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool object_reader::read_literal(std::string_view literal) {
  if (!std::string_view{at_, static_cast<std::size_t>(end_ - at_)}.starts_with(literal))
    return fail("not a JSON value");
  at_ += literal.size();
  return true;
}

bool object_reader::read_number(std::string_view& text) {
  const char* const begin = at_;
  take('-');
  if (!take('0') && !read_digits())
    return fail("not a JSON value");
  if (take('.') && !read_digits())
    return fail("a number lacks digits");
  if (take('e') || take('E')) {
    if (!take('+'))
      take('-');
    if (!read_digits())
      return fail("a number lacks digits");
  }
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool object_reader::read_digits() {
  const char* const begin = at_;
  while (at_ != end_ && is_digit(*at_))
    ++at_;
  return at_ != begin;
}

[[gnu::always_inline]] inline bool object_reader::read_string(std::string_view& text) {
  const char* const begin = at_;
  at_ = find_special(at_, end_);
  if (at_ != end_ && *at_ == '\\')
    return read_escaped(begin, text);
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  return take('"') || fail(at_ == end_ ? "a string does not end" : "a string holds a raw control character");
}

bool object_reader::read_escaped(const char* begin, std::string_view& text) {
  // No string gets longer by its escapes, so with this the scratch never moves what it already holds.
  if (scratch_.empty())
    scratch_.reserve(static_cast<std::size_t>(end_ - begin));
  const auto offset = scratch_.size();
  scratch_.append(begin, at_);
  while (at_ != end_ && *at_ != '"') {
    const char* const run = at_;
    at_ = find_special(at_, end_);
    scratch_.append(run, at_);
    if (at_ == end_ || *at_ == '"')
      break;
    if (!take('\\'))
      return fail("a string holds a raw control character");
    if (!read_escape())
      return false;
  }
  if (!take('"'))
    return fail("a string does not end");
  text = std::string_view{scratch_}.substr(offset);
  return true;
}

bool object_reader::read_escape() {
  if (at_ == end_)
    return fail("a string does not end");
  switch (*at_++) {
  case '"':
    scratch_ += '"';
    return true;
  case '\\':
    scratch_ += '\\';
    return true;
  case '/':
    scratch_ += '/';
    return true;
  case 'b':
    scratch_ += '\b';
    return true;
  case 'f':
    scratch_ += '\f';
    return true;
  case 'n':
    scratch_ += '\n';
    return true;
  case 'r':
    scratch_ += '\r';
    return true;
  case 't':
    scratch_ += '\t';
    return true;
  case 'u':
    return read_unicode();
  default:
    return fail("a string holds an unknown escape");
  }
}

bool object_reader::read_code_unit(std::uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ == end_)
      return fail("a string does not end");
    const char c = *at_;
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      unit = unit << 4 | static_cast<std::uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      unit = unit << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    else
      return fail("a \\u escape lacks hex digits");
  }
  return true;
}

bool object_reader::read_unicode() {
  std::uint32_t unit = 0;
  if (!read_code_unit(unit))
    return false;
  // A high surrogate looks for its other half; whatever else follows is left to be read as what it is.
  if (unit >= high_surrogate && unit < low_surrogate && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
    const char* const rewind = at_;
    at_ += 2;
    std::uint32_t low = 0;
    if (!read_code_unit(low))
      return false;
    if (low >= low_surrogate && low < past_surrogates)
      unit = 0x10000 + ((unit - high_surrogate) << 10) + (low - low_surrogate);
    else
      at_ = rewind;
  }
  append_utf8(scratch_, unit);
  return true;
}

bool object_reader::skip_object(unsigned depth) {
  if (depth > max_depth)
    return fail("values nest too deep");
  skip_blanks();
  if (take('}'))
    return true;
  std::string_view name;
  json_value value;
  do {
    if (!read_name(name) || !read_value(value, depth))
      return false;
    skip_blanks();
  } while (take(','));
  return take('}') || fail("an object does not end");
}

bool object_reader::skip_array(unsigned depth) {
  if (depth > max_depth)
    return fail("values nest too deep");
  skip_blanks();
  if (take(']'))
    return true;
  json_value value;
  do {
    if (!read_value(value, depth))
      return false;
    skip_blanks();
  } while (take(','));
  return take(']') || fail("an array does not end");
}

} // namespace rollcall::switches
