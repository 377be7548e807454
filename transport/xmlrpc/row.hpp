#pragma once

#include "domain/row_source.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <string>

namespace rollcall::xmlrpc {

/// How I_CUSTOMER and I_ENVIRONMENT are written.
enum class id_style : std::uint8_t {
  integers,
  strings, ///< as in the sample on the vendor's page
};

/// Appends one call of a list as a struct value (contract, 5.1). Running times are told for `now`. The
/// innermost loop of every list: fixed text, and no memory but that of `out`.
void append_row(std::string& out, const call_row& row, timestamp now, id_style ids);

} // namespace rollcall::xmlrpc
