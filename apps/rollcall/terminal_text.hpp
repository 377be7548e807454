#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// The columns that UTF-8 text of visible_text() takes, at one for each character.
std::size_t shown_width(std::string_view text);

/// What of a text of visible_text() fits into `columns`, with … at its end when something was cut off.
std::string cut(std::string_view text, std::size_t columns);

} // namespace rollcall::cli
