#pragma once

#include "transport/api/disconnect.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method disconnect_account;

/// What disconnectAccount asks for: fault 401 for an account that is unknown or not in scope. Pure but for
/// the time of day.
xmlrpc::or_fault<asked_disconnect> parse_disconnect_account(const invocation& call);

} // namespace rollcall::api
