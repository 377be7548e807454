#include "domain/audit/audit_limits.hpp"

#include <algorithm>

namespace rollcall {

bool audit_limits::admit(customer_id customer, std::size_t bytes, std::uint64_t daily_bytes, moment now,
                         timestamp wall) {
  const auto today = std::chrono::floor<std::chrono::days>(wall);
  auto [found, fresh] = customers_.try_emplace(customer);
  auto& of = found->second;
  if (fresh) {
    of.filled = now;
    of.day = today;
  }
  if (of.day != today) {
    of.day = today;
    of.bytes = 0;
  }
  const auto passed = std::chrono::duration<double>(now - of.filled).count();
  of.tokens = std::min(entries_per_second, of.tokens + passed * entries_per_second);
  of.filled = now;
  if (of.tokens < 1 || of.bytes + bytes > daily_bytes) {
    ++of.left_out;
    return false;
  }
  of.tokens -= 1;
  of.bytes += bytes;
  return true;
}

std::vector<std::pair<customer_id, std::uint64_t>> audit_limits::take_left_out(moment now, timestamp wall) {
  std::vector<std::pair<customer_id, std::uint64_t>> result;
  for (auto& [customer, of] : customers_)
    if (of.left_out > 0)
      result.emplace_back(customer, std::exchange(of.left_out, 0));
  const auto today = std::chrono::floor<std::chrono::days>(wall);
  std::erase_if(customers_, [&](const auto& x) {
    return x.second.day != today && now - x.second.filled > std::chrono::minutes{1};
  });
  return result;
}

} // namespace rollcall
