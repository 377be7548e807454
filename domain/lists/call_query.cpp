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

bool matches(const call_query& query, const directory& dir, const call_record& record) {
  if (query.active_only && !is_active(record.state()))
    return false;
  if (query.node && *query.node != record.source().node)
    return false;
  if (query.source && *query.source != record.source().name)
    return false;
  if (query.account_name && *query.account_name != record.get(call_text::account_name))
    return false;
  if (query.connection)
    return record.connection() == *query.connection && dir.find(*query.connection) != nullptr;
  if (query.vendor) {
    const auto* connection = dir.find(record.connection());
    return connection != nullptr && connection->vendor == *query.vendor;
  }
  return true;
}

} // namespace rollcall
