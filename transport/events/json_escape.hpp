#pragma once

#include "domain/base/swar.hpp"
#include "transport/xmlrpc/escape.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::events {

constexpr std::size_t longest_json_escape = 6; // bytes

/// True when some character of the text has an escape (RFC 8259, 7), or may be above U+FFFF: hardly any text
/// has one.
inline bool may_need_json_escape(std::string_view text) {
  return swar::any(text, [](std::uint64_t word) {
    return swar::below(word, ' ') | swar::equal(word, '"') | swar::equal(word, '\\') | swar::not_ascii(word);
  });
}

/// Calls `put` with each piece of `text` as it is written between quotation marks. `text` must be clean
/// (domain/base/text.hpp).
template <class Put>
void escape_json(std::string_view text, bool full_unicode, Put put) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::size_t told = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const auto astral = full_unicode ? 0 : xmlrpc::astral_size(text, i);
    if (byte >= ' ' && c != '"' && c != '\\' && astral == 0) {
      ++i;
      continue;
    }
    put(text.substr(told, i - told));
    if (astral != 0) {
      put(xmlrpc::astral_replacement);
    } else if (byte >= ' ') {
      const std::array<char, 2> escaped = {'\\', c};
      put(std::string_view{escaped.data(), escaped.size()});
    } else {
      const std::array<char, 6> escaped = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 0xF]};
      put(std::string_view{escaped.data(), escaped.size()});
    }
    i += astral != 0 ? astral : 1;
    told = i;
  }
  put(text.substr(told));
}

} // namespace rollcall::events
