#include "transport/switches/common/field_reader.hpp"

#include "domain/base/swar.hpp"
#include "domain/base/text.hpp"
#include "transport/switches/common/line_limits.hpp"
#include "transport/switches/common/quoted.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace rollcall::switches {

namespace {

using kind = json_value::kind;

constexpr double not_known_time = 0;
constexpr auto must_be_text = "must be a string";

struct text_field {
  field from;
  call_text to;
};

constexpr std::array<text_field, 7> text_field_names{{{field::call_id, call_text::sip_call_id},
                                                      {field::cli, call_text::cli},
                                                      {field::cld, call_text::cld},
                                                      {field::caller_media_ip, call_text::caller_media_ip},
                                                      {field::callee_media_ip, call_text::callee_media_ip},
                                                      {field::direction, call_text::direction},
                                                      {field::account, call_text::account_name}}};

/// A whole number as written in JSON; none when it has a fraction or exponent, or does not fit.
template <class Integer>
std::optional<Integer> whole(std::string_view number) {
  Integer value{};
  const auto end = number.data() + number.size();
  const auto [rest, ec] = std::from_chars(number.data(), end, value);
  if (ec != std::errc{} || rest != end)
    return std::nullopt;
  return value;
}

/// Seconds as switches write them, up to ten digits and six behind the point, are a whole number of
/// microseconds, and need no floating point, which takes five times as long. None for any other, and for 0.
std::optional<timestamp> plain_seconds(std::string_view number) {
  constexpr std::size_t most_digits = 10;
  constexpr std::size_t most_decimals = 6;
  std::int64_t micros = 0;
  const auto read_digits = [&](std::size_t most) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t count = 0;
    for (; count < most && count < number.size() && is_digit(number[count]); ++count)
      micros = 10 * micros + (number[count] - '0');
    number.remove_prefix(count);
    return count;
  };
  if (read_digits(most_digits) == 0)
    return std::nullopt;
  std::size_t decimals = 0;
  if (number.starts_with('.')) {
    number.remove_prefix(1);
    decimals = read_digits(most_decimals);
  }
  if (!number.empty() || micros == 0)
    return std::nullopt;
  for (; decimals < most_decimals; ++decimals)
    micros *= 10;
  return timestamp{std::chrono::microseconds{micros}};
}

bool has_control_characters(std::string_view text) {
  constexpr char del = 0x7F;
  return swar::any(text, [](std::uint64_t word) { return swar::below(word, ' ') | swar::equal(word, del); });
}

} // namespace

bool field_reader::complain(field f, const char* what) {
  if (lenient_) {
    bad_fields_.emplace_back(to_string(f)).append(" ").append(what);
    return true;
  }
  if (error_.empty())
    error_.append(to_string(f)).append(" ").append(what);
  return false;
}

bool field_reader::is_bad(field f) const {
  return std::any_of(bad_fields_.begin(), bad_fields_.end(), [&](const std::string& what) {
    return what.starts_with(to_string(f)) && what[to_string(f).size()] == ' ';
  });
}

const json_value* field_reader::find(field f, kind type, const char* must_be) {
  const auto& value = from_[f];
  if (failed() || value.type == kind::absent || value.type == kind::null)
    return nullptr;
  if (value.type == type)
    return &value;
  complain(f, must_be);
  return nullptr;
}

/// Many a switch has its accounts' names as numbers: these are their digits.
bool field_reader::is_digits(const json_value& value) {
  return value.type == kind::number && value.text.find_first_not_of("0123456789") == value.text.npos;
}

bool field_reader::texts(text_fields& out) {
  std::array<const json_value*, text_field_names.size()> found{};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto f = text_field_names[i].from;
    found[i] = f == field::account && is_digits(from_[f]) ? &from_[f] : find(f, kind::string, must_be_text);
    if (found[i])
      bytes += std::min(found[i]->text.size(), text_bytes);
  }
  out.reserve(bytes);
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i])
      out.set(text_field_names[i].to, found[i]->text.substr(0, text_bytes));
  return !failed();
}

bool field_reader::text(field f, std::optional<std::string>& out) {
  if (const auto* value = find(f, kind::string, must_be_text))
    out.emplace(value->text.substr(0, text_bytes));
  return !failed();
}

bool field_reader::integer(field f, std::optional<std::int64_t>& out) {
  if (const auto* value = find(f, kind::number, "must be an integer")) {
    out = whole<std::int64_t>(value->text);
    if (!out)
      return complain(f, "must be an integer");
  }
  return !failed();
}

bool field_reader::identifier(field f, std::optional<std::int64_t>& out) {
  constexpr auto must_be = "must be an integer from 1 to 2147483647";
  const auto* value = find(f, kind::number, must_be);
  if (!value)
    return !failed();
  const auto number = whole<std::int64_t>(value->text);
  if (!number || *number < 1 || *number > INT32_MAX)
    return complain(f, must_be);
  out = number;
  return true;
}

bool field_reader::natural(field f, std::optional<std::uint64_t>& out) {
  constexpr auto must_be = "must be an integer from 0 to 9223372036854775807";
  const auto* value = find(f, kind::number, must_be);
  if (!value)
    return !failed();
  const auto number = whole<std::int64_t>(value->text);
  if (!number || *number < 0)
    return complain(f, must_be);
  out = static_cast<std::uint64_t>(*number);
  return true;
}

bool field_reader::strings(field f, std::vector<std::string>& out) {
  constexpr auto must_be = "must be an array of strings";
  const auto* value = find(f, kind::nested, must_be);
  if (!value)
    return !failed();
  boost::system::error_code ec;
  const auto parsed = boost::json::parse(value->text, ec);
  const auto* array = ec ? nullptr : parsed.if_array();
  if (!array || !std::all_of(array->begin(), array->end(), [](const auto& x) { return x.is_string(); }))
    return complain(f, must_be);
  for (const auto& one : *array)
    out.emplace_back(one.get_string().data(), one.get_string().size());
  return true;
}

bool field_reader::truth(field f, std::optional<bool>& out) {
  if (const auto* value = find(f, kind::boolean, "must be true or false"))
    out = value->text == "true";
  return !failed();
}

bool field_reader::time(field f, std::optional<timestamp>& out) {
  const auto* value = find(f, kind::number, "must be a number of seconds since 1970");
  if (!value)
    return !failed();
  if (const auto plain = plain_seconds(value->text)) {
    out = plain;
    return true;
  }
  double seconds = not_known_time;
  const auto result = std::from_chars(value->text.data(), value->text.data() + value->text.size(), seconds);
  if (result.ec == std::errc{} && seconds == not_known_time)
    return true;
  const auto moment = result.ec == std::errc{} ? timestamp_from_seconds(seconds) : std::nullopt;
  if (!moment)
    return complain(f, "must be a number of seconds between 1970 and 9999");
  out = moment;
  return true;
}

bool field_reader::id(std::string& out) {
  constexpr auto f = field::id;
  const auto* value = find(f, kind::string, must_be_text);
  if (!require(f, value != nullptr))
    return false;
  if (value->text.empty())
    return complain(f, "must not be empty");
  if (value->text.size() > id_bytes)
    return complain(f, "is longer than 256 bytes");
  if (!is_clean(value->text))
    return complain(f, "is not UTF-8 text");
  if (has_control_characters(value->text))
    return complain(f, "holds control characters");
  out = value->text;
  return true;
}

bool field_reader::state(call_state& out) {
  const auto* value = find(field::state, kind::string, must_be_text);
  if (!require(field::state, value != nullptr))
    return false;
  const auto known = call_state_from(value->text);
  if (!known)
    return complain(field::state, ("is not known: " + switches::quoted(value->text)).c_str());
  out = *known;
  return true;
}

bool field_reader::required(field f, std::string& out) {
  std::optional<std::string> found;
  if (!text(f, found) || !require(f, found.has_value()))
    return false;
  out = std::move(*found);
  return true;
}

bool field_reader::require(field f, bool is_there) {
  if (!is_there)
    complain(f, "is required");
  return is_there;
}

} // namespace rollcall::switches
