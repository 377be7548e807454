#pragma once

#include <chrono>
#include <string_view>

namespace rollcall::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7). Of the calling thread, until it calls again: the
/// answers of one second share it.
std::string_view http_date(std::chrono::system_clock::time_point t);

} // namespace rollcall::http
