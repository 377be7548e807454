#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// `text` as it may be shown on a terminal: what would move the cursor, change colours or the direction of
/// reading, or hide itself (C0, DEL, C1, bidirectional controls, broken UTF-8) is written as \n, \t or \xNN,
/// \u{NNNN}; a backslash stays a backslash. Texts of calls come from strangers.
std::string for_terminal(std::string_view text);

/// Serialised JSON without what for_terminal() would take out: as \uNNNN, which means the same. Where its
/// texts are broken UTF-8 they hold U+FFFD.
std::string escaped_json(std::string_view serialized);

/// The columns that UTF-8 text of for_terminal() takes, at one for each character.
std::size_t shown_width(std::string_view text);

/// What of a text of for_terminal() fits into `columns`, with … at its end when something was cut off.
std::string cut(std::string_view text, std::size_t columns);

} // namespace rollcall::cli
