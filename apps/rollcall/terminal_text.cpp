#include "apps/rollcall/terminal_text.hpp"

#include <algorithm>

namespace rollcall::cli {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

} // namespace

std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns == 0 || shown_width(text) <= columns)
    return columns == 0 ? std::string() : std::string(text);
  std::size_t end = 0;
  for (std::size_t left = columns; left > 1; --left)
    for (++end; end < text.size() && continues(text[end]);)
      ++end;
  return std::string(text.substr(0, end)) + "…";
}

} // namespace rollcall::cli
