#pragma once

#include "domain/base/ids.hpp"

#include <iosfwd>

namespace rollcall {
class directory;
}

namespace rollcall::cli {

/// Draws the environments with their customers, and under each customer its accounts; then the vendors with
/// their connections. Names are made safe for terminals.
void write_tree(std::ostream& out, const directory& whole);

/// Draws one customer and what is below it; it must be known.
void write_tree(std::ostream& out, const directory& whole, customer_id top);

} // namespace rollcall::cli
