#pragma once

#include "transport/switches/kamailio/frame.hpp"

#include <string_view>

namespace rollcall::kamailio {

/// The JSON-RPC answer that a frame carries, empty when it carries none.
std::string_view answer_in(std::string_view payload);

/// Reads a JSON-RPC answer, in whatever way it is spelled (jsonrpcs, pretty_format): an rpc_answer or a
/// bad_frame. The result itself is checked to be JSON, and not looked at: it may be a list of all dialogs.
frame read_answer(std::string_view text);

/// As read_answer(); what is no answer has the code of an error.
rpc_answer outcome_of(std::string_view text);

} // namespace rollcall::kamailio
