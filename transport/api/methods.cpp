#include "transport/api/methods.hpp"

#include "transport/api/account_stats.hpp"
#include "transport/api/call_counts.hpp"
#include "transport/api/call_history.hpp"
#include "transport/api/disconnect_account.hpp"
#include "transport/api/disconnect_call.hpp"
#include "transport/api/disconnect_calls.hpp"
#include "transport/api/disconnect_customer.hpp"
#include "transport/api/find_names.hpp"
#include "transport/api/limits.hpp"
#include "transport/api/list_calls.hpp"
#include "transport/api/multicall.hpp"
#include "transport/api/network.hpp"
#include "transport/api/node_methods.hpp"
#include "transport/api/system_methods.hpp"
#include "transport/api/who_am_i.hpp"

#include <algorithm>
#include <array>

namespace rollcall::api {

namespace {

constexpr std::array<const method*, 20> table = {
    &disconnect_account,
    &disconnect_call,
    &disconnect_calls,
    &disconnect_customer,
    &drain_node,
    &find_names,
    &forget_node,
    &get_account_call_stats,
    &get_account_call_stats_customer,
    &get_call_counts,
    &get_call_history,
    &get_limits,
    &get_network,
    &list_active_calls,
    &list_all_calls,
    &list_methods,
    &method_help,
    &method_signature,
    &multicall,
    &who_am_i,
};

} // namespace

std::span<const method* const> methods() { return table; }

std::span<const std::string_view> method_names() {
  static const auto names = [] {
    std::array<std::string_view, table.size()> all;
    std::transform(table.begin(), table.end(), all.begin(), [](const method* one) { return one->name; });
    return all;
  }();
  return names;
}

const method* find_method(std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [name](const method* one) { return one->name == name; });
  return found == table.end() ? nullptr : *found;
}

} // namespace rollcall::api
