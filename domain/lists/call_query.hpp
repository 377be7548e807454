#pragma once

#include "domain/base/ids.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_filter.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall {

/// How a list is ordered. Ties go by setup time, then ID, both ascending in every order.
enum class call_order : std::uint8_t { oldest_first, oldest_last, longest_first, longest_last };

constexpr std::array<std::string_view, 4> call_order_names = {"oldest_first", "oldest_last", "longest_first",
                                                              "longest_last"};

/// What listAllCalls and listActiveCalls ask for.
struct call_query {
  customer_id scope;     ///< whose calls: this customer's and its descendants'
  bool recursive = true; ///< false: the calls of the scope's own accounts only
  bool active_only = false;
  std::optional<account_id> account;
  std::optional<std::string> account_name; ///< calls of this name, which the directory does not know
  call_filter filter;
  call_order order = call_order::oldest_first;
  std::uint64_t offset = 0; ///< rows passed over, after ordering
  std::optional<std::uint64_t> limit;
};

/// The query for one of several lists that are merged into the whole: which rows `offset` passes over is
/// known only when all are together.
call_query for_part(call_query whole);

/// The part of a query that one record decides. Scope and account are decided by where the record is found.
/// `now` is the moment for which running times are told.
bool matches(const call_query& query, const directory& dir, const call_record& record, timestamp now);

} // namespace rollcall
