#pragma once

#include <string>
#include <string_view>

namespace rollcall::switches {

/// What a switch sent, made fit for a message or a log: in one line of clean UTF-8, without control
/// characters (each becomes U+FFFD), at most `bytes` long; "…" stands for what was cut off.
std::string one_line(std::string_view text, std::size_t bytes);

/// The beginning of what a switch sent in single quotes.
std::string quoted(std::string_view text);

} // namespace rollcall::switches
