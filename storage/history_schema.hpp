#pragma once

#include "storage/schema.hpp"

namespace rollcall {

/// The tables of the history.
extern const schema history_schema;

} // namespace rollcall
