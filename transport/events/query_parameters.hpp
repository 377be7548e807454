#pragma once

#include "transport/xmlrpc/fault.hpp"
#include "transport/xmlrpc/value.hpp"

#include <string_view>

namespace rollcall::events {

/// The query of an address as the parameters of a method: `cli=44*&ID=a&ID=b`. Percent-encoded UTF-8; a `+`
/// is a plus. Names of `arrays` may come several times and are then an array, others once; `true` and
/// `false`, `1` and `0` are booleans for names of `booleans`. The fault is 400 and names the parameter.
xmlrpc::or_fault<xmlrpc::structure> parse_query(std::string_view query);

} // namespace rollcall::events
