#pragma once

#include "transport/xmlrpc/fault.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace rollcall::xmlrpc {

/// How deeply elements may be nested in a request (contract, section 5). An array's `data` is no level of its
/// own: with it, a system.multicall of methods that take a struct would already be one too deep.
constexpr std::size_t max_depth = 16;

/// The same with every `data` counted, so that they cannot be nested without end either.
constexpr std::size_t max_depth_with_data = 2 * max_depth;

/// Decides whether a document may be parsed, in one pass that builds nothing and stops at the first offence.
/// Text that is not well-formed is a parse error; a document type, which could define entities that swell to
/// any size, or too deep a nesting is an invalid request; so is an i8 that is no 64-bit integer, for it would
/// crash the parser.
std::optional<fault> refusal_of(std::string_view document);

} // namespace rollcall::xmlrpc
