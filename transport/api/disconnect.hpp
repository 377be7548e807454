#pragma once

#include "actors/messages.hpp"
#include "transport/api/invocation.hpp"
#include "transport/api/order_words.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <string>

namespace rollcall::api {

// What the disconnect methods have in common.

/// A request for the calls of `scope`, without its target, and with what the audit log says of it. `target`
/// is what the client named, as the log shows it: `i_account=3`.
disconnect_request new_disconnect(const invocation& call, customer_id scope, std::string target);

/// The answer of disconnectAccount and disconnectCustomer: how many were sent, and how many could not be.
/// Fault 503 when none of those that there are could be sent, or when it is not known what was.
outcome render_count(const cluster_disconnect_answer& told);

/// `audited` false, when the audit log does not have all of it (yet); nothing when it has.
void add_audited(xmlrpc::writer& w, const cluster_disconnect_answer& told);

/// Why nothing was sent: the switches that are away, the nodes that are missing, have another directory, or
/// were reached by the order too late.
xmlrpc::fault nothing_sent(const cluster_disconnect_answer& told);

/// Which nodes did not say in time what they have done, and how many calls they may have hung up.
xmlrpc::fault in_doubt(const cluster_disconnect_answer& told);

/// Asks the frontend, see ask.hpp; for a dry run as preview.hpp has it.
void ask_disconnect(const invocation_ptr& call, asked_disconnect asked,
                    outcome (*render)(const cluster_disconnect_answer&), done_fn done);

} // namespace rollcall::api
