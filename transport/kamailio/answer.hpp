#pragma once

#include "transport/kamailio/frame.hpp"

#include <string_view>

namespace rollcall::kamailio {

/// The JSON-RPC answer that a frame carries, empty when it carries none.
std::string_view answer_in(std::string_view payload);

/// Reads a JSON-RPC answer as Kamailio writes it: an rpc_answer, a snapshot_answer or a bad_frame.
frame read_answer(std::string_view json);

/// As read_answer(), for a snapshot_answer too: what became of the request. The result itself is not looked
/// at.
rpc_answer outcome_of(std::string_view json);

} // namespace rollcall::kamailio
