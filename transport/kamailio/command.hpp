#pragma once

#include "transport/kamailio/dialog_id.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// Asks for a pong.
constexpr std::string_view ping_command = R"({"type":"ping"})";

/// Hangs up an answered call: BYE to both sides. On a ringing one Kamailio says that it is done, and does
/// nothing.
std::string end_dialog_command(std::uint64_t request, const dialog_id& id);

/// Ends a call that is not answered yet: 603 to the caller, CANCEL to the callee. `cseq` and `sip_call_id`
/// are those of the INVITE.
std::string refuse_call_command(std::uint64_t request, std::string_view sip_call_id, std::string_view cseq);

/// All dialogs as the answer. Quadratic in their number.
std::string list_command();

/// All dialogs into a file on Kamailio's machine, one JSON object a line, behind what is in it.
std::string dump_command(std::string_view file);

} // namespace rollcall::kamailio
