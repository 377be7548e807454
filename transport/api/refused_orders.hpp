#pragma once

#include "transport/api/invocation.hpp"
#include "transport/api/method.hpp"

#include <string>

namespace rollcall::api {

/// Writes a refused order into the audit log: who gave it, what it named, and why it was refused. Methods
/// that only read leave no entry. A system.multicall that is refused as a whole leaves one, of however many
/// parts, when orders are among them: their number, and the first ones. An order that reaches the frontend is
/// not written here: the worker that carries it out does that. The bound of each customer for entries of what
/// hung up nothing holds. The answer does not wait for the log.
void note_refusal(const invocation& call, const xmlrpc::fault& why);

/// The same of a part of a system.multicall that is no method call as it stands.
void note_refused_part(const invocation& whole, const xmlrpc::value& part, const xmlrpc::fault& why);

/// Writes down that an order was only previewed: who asked, what for, and how many calls there were. The
/// bound holds, and the answer does not wait.
void note_dry_run(const invocation& call, const audit_request& asked, std::string text);

/// What the client named, also where that is what is wrong: `i_account=3, i_customer=99`. Without the words
/// that say how an order is carried out.
std::string target_of(const xmlrpc::array& params, const parameter_list& takes);

/// Notes a refusal, and answers.
void refuse_order(const invocation_ptr& call, xmlrpc::fault why, const done_fn& done);

} // namespace rollcall::api
