#include "transport/api/list_calls.hpp"

#include "domain/directory/addressed_account.hpp"
#include "transport/api/ask.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/list_source.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::array<string_view, 11> parameters = {"i_customer", "recursive",    "i_account", "account",
                                                    "i_vendor",   "i_connection", "order",     "node_id",
                                                    "offset",     "limit",        "envelope"};
constexpr parameter_list takes{parameters, "i_customer"};

constexpr string_view all_help =
    "Lists the calls of a customer and its descendants, in any state. Takes one struct, every member "
    "optional: i_customer (whose calls; must be given in trusted mode), recursive (boolean, default "
    "true: with the calls of subcustomers), i_account, account (its username), i_vendor, i_connection (only "
    "calls of these; i_connection takes precedence over i_vendor; a root customer may also name accounts "
    "that the directory does not know), order (oldest_first, the default, oldest_last, longest_first, "
    "longest_last), node_id, offset and limit (after ordering), envelope (boolean, default false). Returns "
    "an array of structs; with envelope a struct: result is 'OK', calls is that array, complete a boolean, "
    "then arrays of names: missing_nodes, unknown_switches, unverified_switches, other_directory.";

constexpr string_view active_help =
    "Lists the calls of a customer and its descendants that are in state WaitRoute, ARComplete or "
    "Connected. Parameters and answer are those of listAllCalls.";

call_order order_from(param_reader& in) {
  const auto name = in.text("order");
  if (!name)
    return call_order::oldest_first;
  const auto found = std::find(call_order_names.begin(), call_order_names.end(), *name);
  if (found != call_order_names.end())
    return static_cast<call_order>(found - call_order_names.begin());
  std::string known;
  for (const auto one : call_order_names)
    known.append(known.empty() ? "" : ", ").append(one);
  in.fail("Parameter order must be one of " + known);
  return call_order::oldest_first;
}

/// To the calls of one account by its username, besides its number when that is given.
void narrow_to(call_query& query, const directory& dir, std::string username) {
  const auto found = address(dir, query.scope, username);
  const auto id = found && found->known ? found->key.account : account_id{};
  if (!found || (query.account && (!found->known || *query.account != id)))
    query.account = account_id{}; // nobody's
  else if (found->known)
    query.account = id;
  else
    query.account_name = std::move(username);
}

void run(const invocation_ptr& call, bool active_only, done_fn done) {
  auto asked = parse_list(*call, active_only);
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  const auto scope = asked->request.query.scope;
  const auto render = [style = call->settings().style,
                       envelope = asked->envelope](cluster_list_answer& told, request_quota::place place) {
    return render_list(std::move(told), style, envelope, std::move(place));
  };
  ask<cluster_list_answer>(call, &service::questions, scope, gather_deadline, std::move(asked->request),
                           render, std::move(done));
}

} // namespace

const method list_all_calls{
    .name = "listAllCalls",
    .takes = takes,
    .returns = "array",
    .takes_type = "struct",
    .may_take_none = true,
    .help = all_help,
    .run = [](const invocation_ptr& call, done_fn done) { run(call, false, std::move(done)); },
};

const method list_active_calls{
    .name = "listActiveCalls",
    .takes = takes,
    .returns = "array",
    .takes_type = "struct",
    .may_take_none = true,
    .help = active_help,
    .run = [](const invocation_ptr& call, done_fn done) { run(call, true, std::move(done)); },
};

xmlrpc::or_fault<question<list_request>> parse_list(const invocation& call, bool active_only) {
  param_reader in{call, takes};
  call_query query;
  query.active_only = active_only;
  const auto named = in.id<customer_id>("i_customer");
  query.recursive = in.boolean("recursive").value_or(true);
  query.account = in.id<account_id>("i_account");
  auto username = in.text("account");
  query.vendor = in.id<vendor_id>("i_vendor");
  query.connection = in.id<connection_id>("i_connection");
  query.order = order_from(in);
  if (auto node = in.text("node_id"))
    query.node = node_id{std::move(*node)};
  query.offset = in.count("offset").value_or(0);
  query.limit = in.count("limit");
  const auto envelope = in.boolean("envelope").value_or(false);
  if (in.failure())
    return *in.failure();

  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  query.scope = *scope;
  if (username && !username->empty())
    narrow_to(query, *dir, std::move(*username));
  return question<list_request>{{std::move(query), dir}, envelope};
}

answer render_list(cluster_list_answer told, xmlrpc::answer_style style, bool envelope,
                   request_quota::place place) {
  auto rows = std::make_unique<xmlrpc::list_source>(std::move(told.rows), told.now, style, std::move(place));
  if (!envelope)
    return {std::move(rows), coverage{}};
  std::string head;
  xmlrpc::writer{head}.begin_struct().begin_member("result").text("OK").end_member().begin_member("calls");
  std::string foot;
  xmlrpc::writer to{foot, style.full_unicode};
  to.end_member();
  write_members(to, told.covers);
  to.end_struct();
  std::vector<xmlrpc::body> parts;
  parts.emplace_back(std::move(head));
  parts.emplace_back(std::move(rows));
  parts.emplace_back(std::move(foot));
  return {std::make_unique<xmlrpc::joined_body>(std::move(parts)), coverage{}};
}

} // namespace rollcall::api
