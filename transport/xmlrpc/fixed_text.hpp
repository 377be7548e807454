#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rollcall::xmlrpc {

/// Text as a template argument.
template <std::size_t Size>
struct literal {
  char text[Size];
  consteval literal(const char (&from)[Size]) {
    for (std::size_t i = 0; i < Size; ++i)
      text[i] = from[i];
  }
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

/// The parts in a row, put together by the compiler: what stands between two values of a row.
template <literal... Parts>
consteval auto joined() {
  std::array<char, (Parts.view().size() + ...)> all{};
  std::size_t at = 0;
  for (const auto part : {Parts.view()...})
    for (const char c : part)
      all[at++] = c;
  return all;
}

} // namespace rollcall::xmlrpc
