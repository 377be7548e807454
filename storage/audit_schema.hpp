#pragma once

#include "storage/schema.hpp"

#include <cstdint>

namespace rollcall {

/// The tables of the audit log.
extern const schema audit_schema;

/// The version since which requests have reasons.
constexpr std::int64_t audit_with_reasons = 4;

} // namespace rollcall
