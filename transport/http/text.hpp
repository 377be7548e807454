#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::http {

/// ASCII comparison without regard to case: how HTTP compares names and tokens.
bool iequals(std::string_view a, std::string_view b);

/// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);

/// A number of 1 to 8 hex digits of either case; none for anything else.
std::optional<std::uint32_t> hex_number(std::string_view text);

/// Cuts the first element off a comma-separated `list` and returns it trimmed; may be empty.
std::string_view next_element(std::string_view& list);

/// `text` as a quoted-string of RFC 9110 5.6.4.
std::string quoted_string(std::string_view text);

} // namespace rollcall::http
