#include "transport/api/account_stats.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/api/stats_source.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::array<string_view, 1> root_parameters = {"envelope"};
constexpr parameter_list root_takes{root_parameters, "i_customer"};

constexpr std::array<string_view, 3> customer_parameters = {"i_customer", "recursive", "envelope"};
constexpr parameter_list customer_takes{customer_parameters, "i_customer"};

constexpr string_view root_help =
    "Counts the active calls of each account of the root customer itself; only the root customer may "
    "ask. Takes one struct, every member optional: envelope (boolean, default false), i_customer (in trusted "
    "mode: under whose rights). Returns a struct: result is 'OK', "
    "data maps i_account to [total, connected], and complete, a boolean, follows when something is missing. "
    "Accounts without active calls are left out. With envelope, complete always follows, and then arrays of "
    "names: missing_nodes, unknown_switches, unverified_switches, other_directory.";

constexpr string_view customer_help =
    "Counts the active calls of each account of a customer. Takes one struct: i_customer (must be given "
    "in trusted mode), recursive (boolean, default false: with the accounts of subcustomers), envelope "
    "(boolean, default false). Returns what getAccountCallStats returns.";

template <class Parse>
void run_account_stats(const invocation_ptr& call, Parse parse, done_fn done) {
  auto asked = parse(*call);
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  const auto scope = asked->request.scope;
  const auto render = [envelope = asked->envelope, full_unicode = call->settings().style.full_unicode](
                          const cluster_stats_answer& told, request_quota::place place) {
    return render_stats(told, envelope, std::move(place), full_unicode);
  };
  ask<cluster_stats_answer>(call, &service::questions, scope, gather_deadline, std::move(asked->request),
                            render, std::move(done));
}

} // namespace

const method get_account_call_stats{
    .name = "getAccountCallStats",
    .takes = root_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = root_help,
    .run = [](const invocation_ptr& call,
              done_fn done) { run_account_stats(call, parse_stats, std::move(done)); },
};

const method get_account_call_stats_customer{
    .name = "getAccountCallStatsCustomer",
    .takes = customer_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = customer_help,
    .run = [](const invocation_ptr& call,
              done_fn done) { run_account_stats(call, parse_customer_stats, std::move(done)); },
};

xmlrpc::or_fault<question<stats_request>> parse_stats(const invocation& call) {
  param_reader in{call, root_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto envelope = in.boolean("envelope").value_or(false);
  if (in.failure())
    return *in.failure();

  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::root_customer);
  if (!scope)
    return scope.why();
  if (dir->find(*scope)->wholesaler.known())
    return xmlrpc::fault{xmlrpc::fault_code::forbidden, "Only the root customer may call this method"};
  return question<stats_request>{{*scope, false, dir}, envelope};
}

xmlrpc::or_fault<question<stats_request>> parse_customer_stats(const invocation& call) {
  param_reader in{call, customer_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto recursive = in.boolean("recursive").value_or(false);
  const auto envelope = in.boolean("envelope").value_or(false);
  if (in.failure())
    return *in.failure();

  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  return question<stats_request>{{*scope, recursive, dir}, envelope};
}

answer render_stats(const cluster_stats_answer& told, bool envelope, request_quota::place place,
                    bool full_unicode) {
  std::vector<stats_row> rows;
  rows.reserve(told.accounts.size());
  for (const auto& [key, counts] : told.accounts)
    if (const auto states = counts.total(); states.active() != 0)
      rows.push_back(
          {account_id{xmlrpc::shown_id(key.account.value())}, states.active(), states.connected()});
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
  std::string foot;
  xmlrpc::writer to{foot, full_unicode};
  if (envelope)
    write_members(to, told.covers);
  else if (!is_complete(told.covers))
    to.begin_member("complete").boolean(false).end_member();
  return {std::make_unique<stats_source>(std::move(summed), std::move(foot), std::move(place)), coverage{}};
}

} // namespace rollcall::api
