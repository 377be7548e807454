#pragma once

#include "transport/api/disconnect.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method disconnect_call;

/// What disconnectCall asks for. Pure but for the time of day.
xmlrpc::or_fault<asked_disconnect> parse_disconnect_call(const invocation& call);

/// `OK`, `Call not found or not accessible`, or fault 503 when the call's switch is away.
outcome render_disconnect_call(const cluster_disconnect_answer& told);

} // namespace rollcall::api
