#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rollcall::xmlrpc {

/// What XML has in place of a byte of text: `&`, `<`, `>`, and the carriage return, which readers would turn
/// into a line feed (XML 1.0, 2.11). Empty for a byte that stands for itself.
constexpr std::string_view escape_of(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '\r':
    return "&#13;";
  default:
    return {};
  }
}

constexpr std::size_t longest_escape = 5; // bytes

} // namespace rollcall::xmlrpc
