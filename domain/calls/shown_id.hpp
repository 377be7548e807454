#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall {

// A call's ID where characters above U+FFFF are shown as U+FFFD: several IDs would look alike, and so would
// one that holds U+FFFD itself. Therefore such an ID is followed by `~` and the codes of these characters, in
// order, in hexadecimal digits with points between them: `sbc-1:a�~1F600`. It is still one ID's alone.

/// Bytes of the longest one: the name of a switch, and an id of 256 bytes (feed.md). Most take 85 times
/// U+FFFD, with three bytes and five of a code for each.
constexpr std::size_t longest_shown_id = 1024;

/// True when `id` is not shown as it is. `id` must be clean (text.hpp).
bool needs_codes(std::string_view id);

/// `id`, which needs codes, as it is shown.
std::string with_codes(std::string_view id);

/// The ID that is shown so, or is this one; none for a text with U+FFFD that no ID is shown by.
std::optional<std::string> without_codes(std::string_view shown);

} // namespace rollcall
