#include "domain/lists/call_query.hpp"

#include <limits>

namespace rollcall {

call_query for_part(call_query whole) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (whole.limit)
    *whole.limit = *whole.limit > most - whole.offset ? most : *whole.limit + whole.offset;
  whole.offset = 0;
  return whole;
}

bool matches(const call_query& query, const directory& dir, const call_record& record, timestamp now) {
  if (query.active_only && !is_active(record.state()))
    return false;
  if (query.account_name && *query.account_name != record.get(call_text::account_name))
    return false;
  return matches(query.filter, dir, record, now);
}

} // namespace rollcall
