#include "apps/rollcall/arguments.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr double longest_duration = 366.0 * 24 * 3600; // seconds
constexpr std::size_t most_ids = 10'000'000;

// A unit of time and its microseconds.
constexpr std::array<std::pair<std::string_view, double>, 7> units = {
    {{"", 1e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1.0}, {"m", 60e6}, {"h", 3600e6}, {"d", 86400e6}}};

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument("'" + std::string(text) + "' " + std::string(why));
}

std::int64_t parse_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size() || id < 1)
    refuse(text, "is not a positive number");
  return id;
}

address parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    refuse(text, "is not host:port");
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    refuse(text, "is not host:port; an IPv6 address stands in brackets");
  if (host.empty() || parse_id(port) > 65535)
    refuse(text, "is not host:port");
  return {std::string(host), std::string(port)};
}

} // namespace

std::chrono::microseconds parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc{} && std::isfinite(number) && number >= 0) {
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const auto& [name, micros] : units)
      if (name == unit && number * micros <= longest_duration * 1e6)
        return std::chrono::microseconds{std::llround(number * micros)};
  }
  refuse(text, "is not a duration such as 250ms, 10s or 5m");
}

bool is_yes(std::string_view answer) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = answer.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return false;
  std::string word(answer.substr(first, answer.find_last_not_of(blanks) - first + 1));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word == "y" || word == "yes";
}

std::vector<std::string> parse_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0;;) {
    const auto comma = text.find(',', begin);
    const auto word = text.substr(begin, comma == std::string_view::npos ? comma : comma - begin);
    if (word.empty())
      refuse(text, "has an empty element");
    words.emplace_back(word);
    if (comma == std::string_view::npos)
      return words;
    begin = comma + 1;
  }
}

std::vector<std::int64_t> parse_ids(std::string_view text) {
  std::vector<std::int64_t> ids;
  for (const auto& word : parse_words(text)) {
    const auto dash = word.find('-');
    const auto first = parse_id(std::string_view(word).substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_id(std::string_view(word).substr(dash + 1));
    if (last < first)
      refuse(word, "is not a range");
    if (static_cast<std::uint64_t>(last - first) >= most_ids - ids.size())
      refuse(text, "names too many");
    for (auto id = first; id <= last; ++id)
      ids.push_back(id);
  }
  return ids;
}

std::vector<address> parse_addresses(std::string_view text) {
  std::vector<address> addresses;
  for (const auto& word : parse_words(text))
    addresses.push_back(parse_address(word));
  return addresses;
}

} // namespace rollcall::cli
