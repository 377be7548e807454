#pragma once

#include "transport/xmlrpc/fault.hpp"
#include "transport/xmlrpc/value.hpp"

#include <string>
#include <string_view>

namespace rollcall::xmlrpc {

/// A request as the client meant it.
struct method_call {
  std::string name;
  array params;
};

/// Reads the body of a request: through the gate, then by xmlrpc-c. Everything that is well-formed but not a
/// method call is an invalid request. Any thread.
or_fault<method_call> decode(std::string_view body);

} // namespace rollcall::xmlrpc
