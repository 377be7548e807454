#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::net {

/// Bytes as text for addresses, header fields and parameters: RFC 4648, 5, without padding.
std::string base64url(std::string_view from);

/// The bytes again. None for a text that base64url() does not make: there is one for each.
std::optional<std::string> from_base64url(std::string_view text);

} // namespace rollcall::net
