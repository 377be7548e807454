#include "domain/call_query.hpp"

namespace rollcall {

bool matches(const call_query& query, const directory& dir, const call_record& record) {
  if (query.active_only && !is_active(record.state()))
    return false;
  if (query.node && *query.node != record.source().node)
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
