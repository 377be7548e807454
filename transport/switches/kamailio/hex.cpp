#include "transport/switches/kamailio/hex.hpp"

#include <cstddef>

namespace rollcall::kamailio {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

bool decode_hex(std::string& text) {
  if (text.size() % 2 != 0)
    return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]);
    const auto low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      return false;
    text[i / 2] = static_cast<char>(high * 16 + low);
  }
  text.resize(text.size() / 2);
  return true;
}

} // namespace rollcall::kamailio
