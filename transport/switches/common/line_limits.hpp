#pragma once

#include <cstddef>

namespace rollcall::switches {

/// Bytes of one line without its end (feed.md: at most 64 KiB a line); a longer one is a bad line.
constexpr std::size_t line_bytes = 64 * 1024;

/// Bytes of a call's `id`: it becomes part of the API's `ID`, which people handle.
constexpr std::size_t id_bytes = 256;

/// Bytes of any other text. More than any header of a SIP message that gets through (RFC 3261 18.1.1).
constexpr std::size_t text_bytes = 4096;

} // namespace rollcall::switches
