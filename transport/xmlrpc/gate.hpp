#pragma once

#include "transport/xmlrpc/fault.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::xmlrpc {

/// How deeply elements may be nested in a request (contract, section 5). An array's `data` is no level of its
/// own: with it, a system.multicall of methods that take a struct would already be one too deep.
constexpr std::size_t max_depth = 16;

/// The same with every `data` counted, so that they cannot be nested without end either.
constexpr std::size_t max_depth_with_data = 2 * max_depth;

/// Decides whether a document may be parsed, in one pass that builds no tree and stops at the first offence,
/// and gives it as dialect_writer has it for the parser. Text that is not well-formed is a parse error; a
/// document type, which could define entities that swell to any size, or too deep a nesting is an invalid
/// request; so is what dialect_writer finds malformed.
or_fault<std::string> admitted(std::string_view document);

} // namespace rollcall::xmlrpc
