#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/leg_facts.hpp"

#include <optional>
#include <string_view>

namespace rollcall::asterisk {

/// True for a Uniqueid as Asterisk makes them, and as somebody may choose them: 1 to 151 visible ASCII
/// characters without `/`, which names of channels have, and with which patterns for them begin. No other one
/// is ever taken, so that none is ever put into a command, where it could stand for another channel.
bool is_leg_id(std::string_view text);

/// What a channel is by its name.
leg_kind kind_of(std::string_view channel);

/// The endpoint in `PJSIP/<endpoint>-<8 hex>`, and in the like of other technologies; empty when there is
/// none.
std::string_view endpoint_of(std::string_view channel);

/// What the names of both halves of a Local channel have in common: that without its `1` or `2`.
std::string_view pair_of(std::string_view channel);

/// By a `ChannelState`; none for what is no state of a call.
std::optional<leg_state> state_of(std::string_view channel_state);

/// By a `BridgeType`. What we do not know is a conference: nobody in it is thought to be in another one's
/// call.
bridge_kind bridge_kind_of(std::string_view type);

/// A number, or nothing for Asterisk's word for that.
std::string_view number_of(std::string_view text);

/// An extension that somebody has dialled, or nothing for those that the dialplan goes through by itself.
std::string_view dialled_extension(std::string_view exten);

/// The number in a `DialString`: `<technology>/<number>@<endpoint>`, each but the number optional, or the
/// user of a SIP URI there.
std::string_view number_in(std::string_view dial_string);

/// The address in what `CHANNEL(rtp,dest)` answers, without the port; empty when it is not known now.
std::string_view media_address(std::string_view answer);

/// A `Timestamp`: seconds since the epoch, with a fraction.
std::optional<timestamp> time_in(std::string_view text);

/// When the channel came to be, to the second: `[<system>-]<seconds>.<number>`. None for what can be no time.
std::optional<timestamp> time_of_id(std::string_view unique_id);

} // namespace rollcall::asterisk
