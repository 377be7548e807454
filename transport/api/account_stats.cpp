#include "transport/api/account_stats.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/api/stats_source.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr parameter_list root_takes{{}, "i_customer"};

constexpr std::array<string_view, 2> customer_parameters = {"i_customer", "recursive"};
constexpr parameter_list customer_takes{customer_parameters, "i_customer"};

constexpr string_view root_help =
    "Counts the active calls of each account of the root customer itself; only the root customer may "
    "ask. Takes nothing. Returns a struct: result is 'OK', data maps i_account to [total, connected]. "
    "Accounts without active calls are left out.";

constexpr string_view customer_help =
    "Counts the active calls of each account of a customer. Takes one struct: i_customer (must be given "
    "in trusted mode), recursive (boolean, default false: with the accounts of subcustomers). Returns "
    "what getAccountCallStats returns.";

template <class Parse>
void run(const invocation_ptr& call, Parse parse, done_fn done) {
  auto request = parse(*call);
  if (!request) {
    done(std::move(request.why()));
    return;
  }
  const auto scope = request->scope;
  ask<stats_report>(call, &service::questions, scope, gather_deadline, std::move(*request), render_stats,
                    std::move(done));
}

} // namespace

const method get_account_call_stats{
    .name = "getAccountCallStats",
    .takes = root_takes,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = root_help,
    .run = [](const invocation_ptr& call, done_fn done) { run(call, parse_stats, std::move(done)); },
};

const method get_account_call_stats_customer{
    .name = "getAccountCallStatsCustomer",
    .takes = customer_takes,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = customer_help,
    .run = [](const invocation_ptr& call, done_fn done) { run(call, parse_customer_stats, std::move(done)); },
};

xmlrpc::or_fault<stats_request> parse_stats(const invocation& call) {
  param_reader in{call, root_takes};
  const auto named = in.id<customer_id>("i_customer");
  if (in.failure())
    return *in.failure();

  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  if (dir->find(*scope)->wholesaler.known())
    return xmlrpc::fault{xmlrpc::fault_code::forbidden, "Only the root customer may call this method"};
  return stats_request{*scope, false, dir};
}

xmlrpc::or_fault<stats_request> parse_customer_stats(const invocation& call) {
  param_reader in{call, customer_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto recursive = in.boolean("recursive").value_or(false);
  if (in.failure())
    return *in.failure();

  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  return stats_request{*scope, recursive, dir};
}

answer render_stats(const stats_report& told, admission::place place) {
  std::vector<stats_row> rows;
  rows.reserve(told.accounts.size());
  for (const auto& [key, counts] : told.accounts)
    if (const auto states = counts.total(); states.active() != 0)
      rows.push_back({key.account, states.active(), states.connected()});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.account < b.account; });
  std::vector<stats_row> summed;
  summed.reserve(rows.size());
  for (const auto& row : rows) {
    if (summed.empty() || summed.back().account != row.account) {
      summed.push_back(row);
    } else {
      summed.back().total += row.total;
      summed.back().connected += row.connected;
    }
  }
  return {std::make_unique<stats_source>(std::move(summed), told.covers.missing.empty(), std::move(place)),
          coverage{}};
}

} // namespace rollcall::api
