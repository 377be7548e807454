#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/directory/directory.hpp"
#include "transport/xmlrpc/row.hpp"

#include <cstddef>
#include <string_view>

namespace rollcall::events {

/// Writes calls as JSON objects (events.md, 3): as lists have them with names, and what changes too seldom
/// for a list. The innermost loop of every snapshot: fixed text, and no memory but that which it is given.
/// One thread at a time.
class json_row_writer {
public:
  explicit json_row_writer(xmlrpc::answer_style style) : style_(style) {}

  /// A call and what the directory says of it.
  struct row {
    const call_record* call = nullptr;
    customer_id customer; ///< the account's direct customer
    std::string_view customer_name;
    std::string_view account_name;
    std::string_view vendor_name;
    std::string_view connection_name;
  };

  /// `owner` is the customer of the call's account.
  static row row_of(const call_record& call, const customer* owner, const directory& dir);

  /// Bytes that the row takes at most.
  static std::size_t room_for(const row& of);

  /// Writes the row to where `out` points; returns where it ends. What lies behind that, within the room for
  /// the row, may have been written to as well. Running times are told for `now`.
  char* write(char* out, const row& of, timestamp now);

private:
  xmlrpc::answer_style style_;
  api_time_writer times_;
};

} // namespace rollcall::events
