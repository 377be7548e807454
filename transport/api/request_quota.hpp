#pragma once

#include "domain/base/ids.hpp"

#include <cstddef>
#include <memory>

namespace rollcall::api {

/// Counts the requests of each customer that are under way: one that asks too much at once is told so, and
/// takes nothing from the others. Any thread.
class request_quota {
public:
  /// A place among a customer's requests; free again when the last copy is gone, also after the quota.
  using place = std::shared_ptr<const void>;

  request_quota();

  /// Null when `limit` requests of this customer are under way.
  place enter(customer_id who, std::size_t limit);

private:
  struct table;
  std::shared_ptr<table> table_;
};

} // namespace rollcall::api
