#pragma once

#include <string>
#include <string_view>

namespace rollcall {

// Texts from outside, as people and programs may safely be shown them: what a client or a switch has sent
// must neither drive a terminal, nor forge a line of a log, nor turn the order of what is read round. Made
// visible are C0 and C1 controls, DEL, marks and overrides of direction, invisible characters, variation
// selectors, line and paragraph separators, tags, and bytes that are no UTF-8.

/// `text` with these as `\n`, `\x9b`, `\u{202e}`; all else unchanged.
std::string visible_text(std::string_view text);

/// `text` as the inside of a JSON string with these as `\u009b`, and bytes that are no UTF-8 as `\ufffd`:
/// always valid JSON (RFC 8259).
std::string json_text(std::string_view text);

/// Serialised JSON, which means the same with these as `\u009b` in its texts; the line ends and tabs between
/// its values stay. Where its texts are no UTF-8 they hold U+FFFD.
std::string visible_json(std::string_view serialized);

} // namespace rollcall
