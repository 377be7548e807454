#pragma once

#include "domain/directory/rights.hpp"
#include "transport/api/invocation.hpp"
#include "transport/api/method.hpp"

#include <optional>

namespace rollcall::api {

/// Fault 403, `The right 'bulk' is missing`.
xmlrpc::fault missing_right(right which);

/// The fault when the caller lacks the right that the method needs (control.md, 6). In trusted mode the
/// rights are those of the customer whose scope it is: the one that is named, or the root customer whose
/// scope is meant when nobody is. None where the scope is named wrongly, for that is another fault, which the
/// method finds, and for a trusted call of a method that has no scope. Any thread.
std::optional<xmlrpc::fault> missing_right(const invocation& call, const method& of);

} // namespace rollcall::api
