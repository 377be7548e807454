#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall {

/// How much of the audit log each customer may fill with requests that hang up nothing: so many entries a
/// second, and so many bytes a day (UTC). What is beyond is counted. One thread at a time.
class audit_limits {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr double entries_per_second = 20;

  /// Whether an entry of `bytes` may be written for that customer.
  bool admit(customer_id customer, std::size_t bytes, std::uint64_t daily_bytes, moment now, timestamp wall);

  /// How many entries of each customer were left out since the last time; forgets customers that are idle.
  std::vector<std::pair<customer_id, std::uint64_t>> take_left_out(moment now, timestamp wall);

private:
  struct account {
    double tokens = entries_per_second;
    moment filled;
    std::chrono::sys_days day;
    std::uint64_t bytes = 0; ///< of that day
    std::uint64_t left_out = 0;
  };

  std::unordered_map<customer_id, account> customers_; ///< no more than the directory has
};

} // namespace rollcall
