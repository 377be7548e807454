#include "transport/api/params.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace rollcall::api {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool takes_it(const parameter_list& takes, std::string_view name) {
  return name == takes.scope || std::find(takes.own.begin(), takes.own.end(), name) != takes.own.end();
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

} // namespace

param_reader::param_reader(const invocation& call, const parameter_list& takes) {
  if (call.params.empty())
    return;
  if (call.params.size() > 1) {
    fail(call.method + " takes one parameter, a struct");
    return;
  }
  const auto& only = call.params.front();
  const auto* none = only.as<xmlrpc::array>(); // how PHP writes a struct without members
  if (only.is_nil() || (none && none->empty()))
    return;
  given_ = only.as<xmlrpc::structure>();
  if (!given_)
    fail("The parameter of " + call.method + " must be a struct");
  else if (!call.settings().ignore_unknown_parameters)
    check_names(call, takes);
}

void param_reader::check_names(const invocation& call, const parameter_list& takes) {
  for (const auto& [name, value] : *given_)
    if (!value.is_nil() && !takes_it(takes, name))
      fail("Unknown parameter " + name + "; " + call.method + " takes " + listed(takes.own));
}

const xmlrpc::value* param_reader::present(std::string_view name) const {
  if (failure_ || !given_)
    return nullptr;
  const auto* found = xmlrpc::find(*given_, name);
  return found && !found->is_nil() ? found : nullptr;
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

std::optional<std::string> param_reader::text(std::string_view name) {
  const auto* value = present(name);
  if (!value)
    return std::nullopt;
  if (const auto* text = value->as<std::string>())
    return *text;
  fail_type(name, "a string");
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
