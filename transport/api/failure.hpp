#pragma once

#include "transport/api/invocation.hpp"

#include <caf/fwd.hpp>

#include <string_view>

namespace rollcall::api {

/// Our own failure: the log gets `what` beside a random id, the client the id alone.
xmlrpc::fault internal_fault(std::string_view method, std::string_view what);

/// The same, for the exception that is being handled.
xmlrpc::fault fault_of_exception(std::string_view method) noexcept;

/// What the client is told of an error that came instead of an answer from the frontend: 503 naming the node
/// when it did not answer in time or is stopping, and our own failure otherwise.
xmlrpc::fault fault_of(const caf::error& error, const invocation& call);

/// True for what is said of an order that was given up while its calls were counted: nothing of it was begun.
bool is_of_counting(const xmlrpc::fault& why);

} // namespace rollcall::api
