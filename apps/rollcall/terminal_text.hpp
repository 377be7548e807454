#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// `text` as it may be shown on a terminal: what would move the cursor, change colours or the direction of
/// reading, or hide itself (C0, DEL, C1, bidirectional controls, broken UTF-8) is written as \n, \t or \xNN,
/// \u{NNNN}; a backslash stays a backslash. Texts of calls come from strangers.
std::string for_terminal(std::string_view text);

/// The columns that UTF-8 text of for_terminal() takes, at one for each character.
std::size_t shown_width(std::string_view text);

} // namespace rollcall::cli
