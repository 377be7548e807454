#pragma once

#include <string>
#include <string_view>

namespace rollcall {

/// True when `text` is well-formed UTF-8 (RFC 3629) of characters that XML 1.0 can carry (production [2]
/// Char): everything from U+0020 up but U+FFFE and U+FFFF, and tab, line feed and carriage return.
bool is_clean(std::string_view text);

/// `text` with each character that is_clean() refuses, and each maximal broken UTF-8 sequence (Unicode
/// 15, 3.9, "substitution of maximal subparts"), replaced by U+FFFD. Clean text comes back unchanged.
std::string cleaned(std::string_view text);

/// `clean`, which must be clean, with each character above U+FFFF replaced by U+FFFD: as it is shown to
/// clients that cannot read these.
std::string within_16_bits(std::string_view clean);

} // namespace rollcall
