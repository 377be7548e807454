#include "transport/events/query_parameters.hpp"

#include "domain/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::events {

namespace {

constexpr std::array<std::string_view, 2> arrays = {"ID", "cc_state"};
constexpr std::array<std::string_view, 2> booleans = {"recursive", "suspect"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// None for what is not percent-encoded UTF-8.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() < 2 || read.ec != std::errc{} || read.ptr != digits.data() + digits.size())
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return is_clean(out) ? std::optional{out} : std::nullopt;
}

xmlrpc::value value_of(std::string_view name, std::string text) {
  if (is_one_of(booleans, name)) {
    if (text == "true" || text == "1")
      return {true};
    if (text == "false" || text == "0")
      return {false};
  }
  return {std::move(text)};
}

/// Adds another value of an array.
void append(xmlrpc::value& to, xmlrpc::value more) {
  if (auto* const items = std::get_if<xmlrpc::array>(&to.data))
    items->push_back(std::move(more));
  else
    to = {xmlrpc::array{to, std::move(more)}};
}

} // namespace

xmlrpc::or_fault<xmlrpc::structure> parse_query(std::string_view query) {
  xmlrpc::structure all;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty())
      continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decoded(pair.substr(0, equals));
    auto text = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name)
      return xmlrpc::bad_parameter("The name of a parameter is not percent-encoded UTF-8");
    if (!text)
      return xmlrpc::bad_parameter("Parameter " + *name + " is not percent-encoded UTF-8");
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const xmlrpc::member& one) { return one.name == *name; });
    if (known == all.end())
      all.push_back({*name, value_of(*name, std::move(*text))});
    else if (is_one_of(arrays, *name))
      append(known->held, {std::move(*text)});
    else
      return xmlrpc::bad_parameter("Parameter " + *name + " is given twice");
  }
  return all;
}

} // namespace rollcall::events
