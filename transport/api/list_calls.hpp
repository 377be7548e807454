#pragma once

#include "actors/messages.hpp"
#include "transport/api/admission.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method list_all_calls;
extern const method list_active_calls;

/// What listAllCalls, or listActiveCalls, asks for. Pure.
xmlrpc::or_fault<list_request> parse_list(const invocation& call, bool active_only);

/// A list as it is told. `place` is kept until the last row is written.
answer render_list(list_answer told, xmlrpc::id_style ids, admission::place place);

} // namespace rollcall::api
