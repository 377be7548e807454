#pragma once

#include "transport/api/disconnect.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method disconnect_customer;

/// What disconnectCustomer asks for. Here i_customer is the target, and i_wholesaler names the scope. Fault
/// 401 for a target that is unknown or not in scope. Pure but for the time of day.
xmlrpc::or_fault<asked_disconnect> parse_disconnect_customer(const invocation& call);

} // namespace rollcall::api
