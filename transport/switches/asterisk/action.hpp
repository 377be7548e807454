#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::asterisk {

/// Bytes of one line that we write, without its end: Asterisk takes 1018.
constexpr std::size_t most_written = 1000;

using action_headers = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// An action of AMI, whole. Empty when a text has CR, LF or NUL in it, or is too long for a line: then it
/// cannot be asked for, and nothing else may be asked in its place.
std::string action_text(std::string_view name, std::string_view action_id, action_headers headers = {});

/// True when a command that names this leg is about this leg: a Uniqueid without `/`. Asterisk looks for the
/// name of a channel first, each of which has one, and takes what begins with one for a pattern of names.
bool is_addressable(std::string_view leg);

} // namespace rollcall::asterisk
