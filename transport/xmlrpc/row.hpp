#pragma once

#include "domain/base/time.hpp"
#include "domain/lists/row_source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace rollcall::xmlrpc {

/// How I_CUSTOMER and I_ENVIRONMENT are written.
enum class id_style : std::uint8_t {
  integers,
  strings, ///< as in the sample on the vendor's page
};

/// How a row's texts are written.
enum class text_form : std::uint8_t {
  plain,   ///< as they are
  escaped, ///< with escapes, and without characters above U+FFFF
  full,    ///< with escapes
};

/// How answers are written, as configured.
struct answer_style {
  answer_style(id_style of_ids = id_style::integers, bool all_characters = false)
      : ids(of_ids), full_unicode(all_characters) {}

  id_style ids;
  bool full_unicode; ///< characters above U+FFFF are told as they are
};

/// Writes calls of a list as struct values (contract, 5.1), the innermost loop of every list: fixed text, and
/// no memory but that which it is given.
class row_writer {
public:
  /// Running times are told for `now`.
  row_writer(timestamp now, answer_style style) : now_(now), style_(style) {}

  /// Bytes that the row takes at most.
  static std::size_t room_for(const call_row& row);

  /// Writes the row to where `out` points; returns where it ends. What lies behind that, within the room for
  /// the row, may have been written to as well.
  char* write(char* out, const call_row& row);

private:
  template <text_form As>
  char* write_as(char* out, const call_row& row, timestamp now);

  bool may_need_escapes(const call_record& call);

  timestamp now_;
  answer_style style_;
  api_time_writer times_;
  const switch_identity* source_ = nullptr; ///< of the last call; there are few, and they live for ever
  bool source_may_need_escapes_ = false;
};

} // namespace rollcall::xmlrpc
