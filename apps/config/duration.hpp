#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rollcall {

/// A whole number and a unit: `500ms`, `32s`, `5m`, `1h`, `7d`. Throws std::invalid_argument saying what a
/// duration looks like.
std::chrono::milliseconds parse_duration(std::string_view text);

/// As parse_duration() reads it, in the largest unit that shows it exactly, but for 24h.
std::string to_string(std::chrono::milliseconds duration);

} // namespace rollcall
