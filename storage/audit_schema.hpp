#pragma once

#include "storage/schema.hpp"

namespace rollcall {

/// The tables of the audit log.
extern const schema audit_schema;

} // namespace rollcall
