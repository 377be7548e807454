#pragma once

#include "transport/switches/asterisk/ami_event.hpp"

#include <cstddef>

namespace rollcall::asterisk {

/// True when each channel in a message is told as Asterisk tells it: fourteen headers in their order, with
/// nothing in between that we read; its variables directly behind it, each once; and what else is read once.
///
/// Asterisk writes the number of a caller and what was dialled as they come, and PJSIP has decoded them:
/// `%0d%0a` in a SIP URI is a line end in each event of its channel. Behind it may stand any header, or a
/// whole message. No such text is longer than 79 bytes, so that it cannot hold a channel. What it adds breaks
/// this rule, unless it completes a channel behind `Exten` and ends the message: then what is left of that
/// follows, and begins as nothing does.
bool has_whole_channels(const ami_event& message);

/// True for an event, also an incomplete one, that begins as each does: with its name, its class (`call,all`)
/// and its time to the microsecond. A text that completes a channel and ends its message takes 33 bytes, such
/// a beginning 50: together more than the 79 that there are.
bool begins_as_event(const ami_event& message);

/// How many headers that takes.
constexpr std::size_t event_beginning = 3;

} // namespace rollcall::asterisk
