#pragma once

#include "transport/switches/kamailio/dialog_id.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// Asks for a pong.
constexpr std::string_view ping_command = R"({"type":"ping"})";

/// Hangs up an answered call: BYE to both sides. On a ringing one Kamailio says that it is done, and does
/// nothing.
std::string end_dialog_command(std::uint64_t request, const dialog_id& id);

/// Ends a call that is not answered yet: 603 to the caller, CANCEL to the callee. `transaction` is that of
/// the INVITE. Never by Call-ID (tm.reply_callid): two calls may have the same one, and a long one overruns
/// Kamailio's stack.
std::string refuse_call_command(std::uint64_t request, std::string_view transaction);

/// All dialogs as the answer. Quadratic in their number.
std::string list_command(std::uint64_t request);

/// All dialogs into a file on Kamailio's machine, one JSON object a line, behind what is in it. Kamailio says
/// that it is done whatever becomes of the file.
std::string dump_command(std::uint64_t request, std::string_view file);

/// How many dialogs there are that are not over.
std::string count_command(std::uint64_t request);

/// Which run of Kamailio answers, as rollcall.cfg keeps it.
std::string run_command(std::uint64_t request);

} // namespace rollcall::kamailio
