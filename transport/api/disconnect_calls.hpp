#pragma once

#include "domain/lists/call_query.hpp"
#include "transport/api/disconnect.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method disconnect_calls;

/// What disconnectCalls asks for. Fault 400 unless a filter can leave a call out, and unless it is held to
/// something.
xmlrpc::or_fault<asked_disconnect> parse_disconnect_calls(const invocation& call);

/// True when some call of the scope may not be meant: `*` alone, a minimum of 0, and all of the states that
/// can be hung up leave none out.
bool leaves_calls_out(const call_query& query);

} // namespace rollcall::api
