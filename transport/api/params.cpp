#include "transport/api/params.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool takes_it(const parameter_list& takes, std::string_view name) {
  return name == takes.scope || std::find(takes.own.begin(), takes.own.end(), name) != takes.own.end();
}

/// Digits, maybe with a point among them: `1`, `0.5`.
bool is_decimal(std::string_view text) {
  const auto point = text.find('.');
  const auto has_fraction = point != std::string_view::npos;
  return all_digits(text.substr(0, point)) && (!has_fraction || all_digits(text.substr(point + 1)));
}

/// `ID, i_account`; `no parameters` for none.
std::string listed(std::span<const std::string_view> names) {
  if (names.empty())
    return "no parameters";
  std::string list;
  for (const auto name : names) {
    if (!list.empty())
      list += ", ";
    list += name;
  }
  return list;
}

/// How clients write that there is no value.
bool is_empty(const xmlrpc::value& value) {
  const auto* text = value.as<std::string>();
  return value.is_nil() || (text && text->empty());
}

} // namespace

bool is_no_struct(const xmlrpc::value& only) {
  const auto* items = only.as<xmlrpc::array>(); // how PHP writes a struct without members
  const auto* members = only.as<xmlrpc::structure>();
  return is_empty(only) || (items && items->empty()) || (members && members->empty());
}

const std::string* repeated(const xmlrpc::structure& members) {
  if (members.size() < 2)
    return nullptr;
  std::vector<const std::string*> names;
  names.reserve(members.size());
  for (const auto& [name, value] : members)
    names.push_back(&name);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto twice =
      std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
  return twice == names.end() ? nullptr : *twice;
}

param_reader::param_reader(const invocation& call, const parameter_list& takes) : takes_(takes) {
  if (call.params.empty())
    return;
  if (call.params.size() > 1) {
    fail(call.method + " takes one parameter, a struct");
    return;
  }
  const auto& only = call.params.front();
  if (is_no_struct(only))
    return;
  given_ = only.as<xmlrpc::structure>();
  if (!given_)
    fail("The parameter of " + call.method + " must be a struct");
  else if (const auto* const twice = repeated(*given_))
    fail("Parameter " + *twice + " is given twice");
  else
    check_names(call);
}

void param_reader::check_names(const invocation& call) {
  const auto acts = takes_.does == effect::acts;
  if (call.settings().ignore_unknown_parameters && !acts)
    return;
  for (const auto& [name, value] : *given_)
    if ((acts || !is_empty(value)) && !takes_it(takes_, name))
      fail("Unknown parameter " + name + "; " + call.method + " takes " + listed(takes_.own));
}

const xmlrpc::value* param_reader::present(std::string_view name) {
  if (failure_ || !given_)
    return nullptr;
  const auto* found = xmlrpc::find(*given_, name);
  if (!found)
    return nullptr;
  if (takes_.does == effect::reads || name == takes_.may_be_empty)
    return is_empty(*found) ? nullptr : found;
  if (found->is_nil())
    fail_empty(name);
  return found; // an empty string is no integer, and text() refuses it
}

void param_reader::fail_empty(std::string_view name) {
  const auto optional = name == takes_.scope;
  fail("Parameter " + std::string{name} + (optional ? " must not be empty" : " is required"));
}

std::optional<std::int64_t> param_reader::integer(std::string_view name) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  if (const auto* number = value->as<std::int64_t>())
    return *number;
  const auto* digits = value->as<std::string>();
  if (!digits || !all_digits(*digits)) {
    fail_type(name, "an integer");
    return std::nullopt;
  }
  std::int64_t number = 0;
  if (std::from_chars(digits->data(), digits->data() + digits->size(), number).ec != std::errc{}) {
    fail("Parameter " + std::string{name} + " is out of range");
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> param_reader::count(std::string_view name) {
  const auto number = integer(name);
  if (!number)
    return std::nullopt;
  if (*number < 0) {
    fail("Parameter " + std::string{name} + " must not be negative");
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

std::optional<bool> param_reader::boolean(std::string_view name) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  if (const auto* truth = value->as<bool>())
    return *truth;
  const auto* number = value->as<std::int64_t>();
  if (number && (*number == 0 || *number == 1))
    return *number == 1;
  fail_type(name, "a boolean");
  return std::nullopt;
}

std::optional<std::string> param_reader::identifier(std::string_view name) {
  const auto* value = present(name);
  const auto* number = value ? value->as<std::int64_t>() : nullptr;
  return number ? std::to_string(*number) : text(name);
}

std::optional<std::vector<std::string>> param_reader::texts(std::string_view name, std::size_t most) {
  return some_texts(name, most, numbers::refused);
}

std::optional<std::vector<std::string>> param_reader::identifiers(std::string_view name, std::size_t most) {
  return some_texts(name, most, numbers::as_digits);
}

std::optional<std::vector<std::string>> param_reader::some_texts(std::string_view name, std::size_t most,
                                                                 numbers allowed) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  const auto* items = value->as<xmlrpc::array>();
  const auto one = items ? xmlrpc::array{} : xmlrpc::array{*value};
  std::vector<std::string> all;
  for (const auto& each : items ? *items : one) {
    const auto* const number = allowed == numbers::as_digits ? each.as<std::int64_t>() : nullptr;
    const auto* const text = each.as<std::string>();
    if (number)
      all.push_back(std::to_string(*number));
    else if (text && !text->empty())
      all.push_back(*text);
    else
      fail_type(name, "a string or an array of strings, none of them empty");
  }
  if (all.empty())
    fail("Parameter " + std::string{name} + " must not be empty");
  if (all.size() > most)
    fail("Parameter " + std::string{name} + " must not have more than " + std::to_string(most) + " items");
  return all;
}

std::optional<text_pattern> param_reader::pattern(std::string_view name) {
  const auto written = text(name);
  if (!written)
    return std::nullopt;
  if (written->size() > longest_pattern) {
    fail("Parameter " + std::string{name} + " must not be longer than " + std::to_string(longest_pattern)
         + " bytes");
    return std::nullopt;
  }
  auto read = text_pattern::parse(*written);
  if (!read)
    fail("Parameter " + std::string{name}
         + " may have * at its beginning and end only; \\* is the character");
  return read;
}

std::optional<std::chrono::microseconds> param_reader::seconds(std::string_view name) {
  const auto read = number(name, 100.0 * 365 * 24 * 3600, "a number of seconds, not negative");
  return read ? std::optional{std::chrono::microseconds{std::llround(*read * 1e6)}} : std::nullopt;
}

std::optional<double> param_reader::fraction(std::string_view name) {
  return number(name, 1, "a number from 0 to 1");
}

/// A number from 0 to `most`; `wanted` names it in the fault for another one.
std::optional<double> param_reader::number(std::string_view name, double most, std::string_view wanted) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  auto number = -1.0;
  if (const auto* whole = value->as<std::int64_t>())
    number = static_cast<double>(*whole);
  else if (const auto* real = value->as<double>())
    number = *real;
  else if (const auto* text = value->as<std::string>(); text && is_decimal(*text))
    std::from_chars(text->data(), text->data() + text->size(), number);
  if (!(number >= 0 && number <= most)) {
    fail_type(name, wanted);
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> param_reader::text(std::string_view name) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  const auto* text = value->as<std::string>();
  if (!text)
    fail_type(name, "a string");
  else if (text->empty())
    fail_empty(name);
  else
    return *text;
  return std::nullopt;
}

void param_reader::fail(std::string text) {
  if (!failure_)
    failure_ = xmlrpc::bad_parameter(std::move(text));
}

void param_reader::fail_type(std::string_view name, std::string_view wanted) {
  fail("Parameter " + std::string{name} + " must be " + std::string{wanted});
}

} // namespace rollcall::api
