#pragma once

#include "transport/api/invocation.hpp"

namespace rollcall::api {

/// Writes a refused order into the audit log: who gave it, what it named, and why it was refused. Methods
/// that only read leave no entry. An order that reaches the front is not written here: the worker that
/// carries it out does that. The bound of each customer for entries of what hung up nothing holds. The answer
/// does not wait for the log.
void note_refusal(const invocation& call, const xmlrpc::fault& why);

/// The same, and answers.
void refuse_order(const invocation_ptr& call, xmlrpc::fault why, const done_fn& done);

} // namespace rollcall::api
