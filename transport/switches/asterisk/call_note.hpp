#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/leg_call.hpp"
#include "domain/calls/leg_facts.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::asterisk {

/// The variable of a channel in which its note stands. `channelvars` has to name it.
constexpr std::string_view note_variable = "RC_NOTE";

/// Bytes of a note: with its name it is one line of AMI.
constexpr std::size_t note_bytes = 900;

/// What no list tells of the call that a channel is in: which it is when its caller has gone, whose it is,
/// and when it was answered. Written into the channel itself, it ends with it, and any node that connects
/// to this Asterisk finds it there. Empty when lists tell all of it, or when it would be too long.
///
///     1,account,caller,callee,setup,connect,id,owner,leg      times in microseconds; owner: `o`, else `-`
///
/// Each byte of a text that is not visible ASCII, `,` or `%` stands as `%` and two digits.
std::string note_of(const leg_call& call, std::string_view leg);

/// The call that the note of this channel names, with the channel as its one leg. None when the note is
/// none, or another channel's: they swap their variables when one takes the other's place. No time is later
/// than `now`.
std::optional<known_call> call_in(std::string_view note, std::string_view leg, timestamp now);

} // namespace rollcall::asterisk
