#include "transport/api/request_quota.hpp"

#include <mutex>
#include <unordered_map>

namespace rollcall::api {

struct request_quota::table {
  std::mutex mutex;
  std::unordered_map<customer_id, std::size_t> under_way; ///< customers without requests are not in it

  void leave(customer_id who) {
    const std::lock_guard lock{mutex};
    const auto found = under_way.find(who);
    if (--found->second == 0)
      under_way.erase(found);
  }
};

request_quota::request_quota() : table_(std::make_shared<table>()) {}

request_quota::place request_quota::enter(customer_id who, std::size_t limit) {
  {
    const std::lock_guard lock{table_->mutex};
    auto& count = table_->under_way[who];
    if (count >= limit)
      return nullptr;
    ++count;
  }
  return {table_.get(), [table = table_, who](const void*) { table->leave(who); }};
}

} // namespace rollcall::api
