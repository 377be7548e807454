#include "transport/switches/kamailio/dialog_id.hpp"

#include <algorithm>
#include <charconv>

namespace rollcall::kamailio {

namespace {

/// Digits of a run: until the year 33658.
constexpr std::size_t run_digits = 15;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool read_number(std::string_view text, std::uint32_t& out) {
  if (!all_digits(text) || (text.size() > 1 && text.front() == '0'))
    return false;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::optional<dialog_id> parse_dialog_id(std::string_view text) {
  const auto first = text.find('-');
  const auto second = first == text.npos ? text.npos : text.find('-', first + 1);
  if (second == text.npos)
    return std::nullopt;
  dialog_id id;
  id.run = text.substr(0, first);
  const auto third = text.find('-', second + 1);
  if (!all_digits(id.run) || id.run.size() > run_digits
      || !read_number(text.substr(first + 1, second - first - 1), id.entry)
      || !read_number(text.substr(second + 1, third - second - 1), id.number))
    return std::nullopt;
  if (third != text.npos && (!read_number(text.substr(third + 1), id.again) || id.again == 0))
    return std::nullopt;
  return id;
}

bool is_transaction_id(std::string_view text) {
  std::uint32_t ignored = 0;
  const auto colon = text.find(':');
  return colon != text.npos && read_number(text.substr(0, colon), ignored)
         && read_number(text.substr(colon + 1), ignored);
}

std::string to_string(const dialog_id& id) {
  auto text = id.run + '-' + std::to_string(id.entry) + '-' + std::to_string(id.number);
  return id.again == 0 ? text : text + '-' + std::to_string(id.again);
}

} // namespace rollcall::kamailio
