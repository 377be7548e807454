#pragma once

#include "actors/messages.hpp"
#include "transport/api/invocation.hpp"

#include <string>

namespace rollcall::api {

// What the three disconnect methods have in common.

/// A request for the calls of `scope`, without its target, and with what the audit log says of it. `target`
/// is what the client named, as the log shows it: `i_account=3`.
disconnect_request new_disconnect(const invocation& call, customer_id scope, std::string target);

/// The answer of disconnectAccount and disconnectCustomer: how many were sent, and how many could not be.
/// Fault 503 when none of those that there are could be sent.
outcome render_count(const disconnect_report& told);

/// Why nothing was sent: the switches that are away.
xmlrpc::fault nothing_sent(const disconnect_report& told);

/// Asks the front; see ask.hpp.
void ask_disconnect(const invocation_ptr& call, disconnect_request request,
                    outcome (*render)(const disconnect_report&), done_fn done);

} // namespace rollcall::api
