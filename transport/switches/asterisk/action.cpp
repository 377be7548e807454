#include "transport/switches/asterisk/action.hpp"

#include "transport/switches/asterisk/ami_values.hpp"

namespace rollcall::asterisk {

namespace {

bool append_line(std::string& text, std::string_view name, std::string_view value) {
  constexpr std::string_view separator = ": ";
  constexpr std::string_view ends{"\r\n\0", 3};
  if (value.find_first_of(ends) != std::string_view::npos
      || name.size() + separator.size() + value.size() > most_written)
    return false;
  text.append(name).append(separator).append(value).append("\r\n");
  return true;
}

} // namespace

std::string action_text(std::string_view name, std::string_view action_id, action_headers headers) {
  std::string text;
  auto fits = append_line(text, "Action", name) && append_line(text, "ActionID", action_id);
  for (const auto& [header, value] : headers)
    fits = fits && append_line(text, header, value);
  return fits ? text + "\r\n" : std::string{};
}

bool is_addressable(std::string_view leg) {
  return is_leg_id(leg) && leg.find('/') == std::string_view::npos;
}

} // namespace rollcall::asterisk
