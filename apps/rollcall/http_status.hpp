#pragma once

namespace rollcall::cli {

// Status codes of HTTP that the tool tells apart (RFC 9110, 15; RFC 6585, 4).
inline constexpr long http_ok = 200;
inline constexpr long http_bad_request = 400;
inline constexpr long http_unauthorized = 401;
inline constexpr long http_forbidden = 403;
inline constexpr long http_not_found = 404;
inline constexpr long http_too_many = 429;
inline constexpr long http_unavailable = 503;
inline constexpr long least_server_error = 500;

} // namespace rollcall::cli
