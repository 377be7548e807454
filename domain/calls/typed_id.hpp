#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rollcall {

// A call's ID as a terminal shows it, to be typed or copied from there. One with characters that are not seen
// has them escaped as visible_text() does, and so has one with blanks at its end, several in a row, or others
// than U+0020; each backslash is doubled, and one more is in front:
// `\sbc-1:a\u{200b}b`. It is that ID's alone, for no name of a switch begins with a backslash: a call whose
// ID really holds the text `\u{200b}` is shown as it is, and is another one.

/// `id`, which must be clean (text.hpp), as it is shown; most are shown as they are.
std::string typed_id(std::string_view id);

/// The ID that is shown so, or is this one; none for a text with a backslash in front that no ID is shown by.
std::optional<std::string> read_typed_id(std::string_view typed);

} // namespace rollcall
