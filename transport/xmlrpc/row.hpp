#pragma once

#include "domain/row_source.hpp"
#include "domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace rollcall::xmlrpc {

/// How I_CUSTOMER and I_ENVIRONMENT are written.
enum class id_style : std::uint8_t {
  integers,
  strings, ///< as in the sample on the vendor's page
};

/// Writes calls of a list as struct values (contract, 5.1), the innermost loop of every list: fixed text, and
/// no memory but that which it is given.
class row_writer {
public:
  /// Running times are told for `now`.
  row_writer(timestamp now, id_style ids) : now_(now), ids_(ids) {}

  /// Bytes that the row takes at most.
  static std::size_t room_for(const call_row& row);

  /// Writes the row to where `out` points; returns where it ends. What lies behind that, within the room for
  /// the row, may have been written to as well.
  char* write(char* out, const call_row& row);

private:
  bool may_need_escapes(const call_record& call);

  timestamp now_;
  id_style ids_;
  api_time_writer times_;
  const switch_identity* source_ = nullptr; ///< of the last call; there are few, and they live for ever
  bool source_may_need_escapes_ = false;
};

} // namespace rollcall::xmlrpc
