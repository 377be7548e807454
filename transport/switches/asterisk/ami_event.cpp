#include "transport/switches/asterisk/ami_event.hpp"

#include <algorithm>

namespace rollcall::asterisk {

namespace {

constexpr std::size_t name_bytes = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

} // namespace

std::string_view ami_event::get(std::string_view prefix, std::string_view name) const {
  for (const auto& each : headers_) {
    const auto its = name_of(each);
    if (its.size() == prefix.size() + name.size() && its.starts_with(prefix) && its.ends_with(name))
      return value_of(each);
  }
  return {};
}

std::string_view ami_event::variable(std::string_view prefix, std::string_view variable) const {
  constexpr std::string_view name = "ChanVariable";
  for (const auto& each : headers_) {
    const auto its = name_of(each);
    const auto value = value_of(each);
    if (its.size() == prefix.size() + name.size() && its.starts_with(prefix) && its.ends_with(name)
        && value.size() > variable.size() && value.starts_with(variable) && value[variable.size()] == '=')
      return value.substr(variable.size() + 1);
  }
  return {};
}

void ami_event::clear() {
  bytes_.clear();
  headers_.clear();
}

bool ami_event::add(std::string_view line) {
  constexpr std::string_view ends{"\r\n\0", 3};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_name(line.substr(0, colon)) || line.size() > line_bytes
      || headers_.size() >= message_lines || bytes_.size() + line.size() > message_bytes
      || line.find_first_of(ends) != std::string_view::npos)
    return false;
  auto value = line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  header made;
  made.name = static_cast<std::uint32_t>(bytes_.size());
  bytes_.append(line.substr(0, colon));
  made.value = static_cast<std::uint32_t>(bytes_.size());
  bytes_.append(value);
  made.end = static_cast<std::uint32_t>(bytes_.size());
  headers_.push_back(made);
  return true;
}

bool ami_reader::take(std::string_view line) {
  if (complete_)
    message_.clear();
  complete_ = line.empty();
  if (complete_)
    return !message_.is_empty();
  if (!message_.add(line))
    ++bad_lines_;
  return false;
}

} // namespace rollcall::asterisk
