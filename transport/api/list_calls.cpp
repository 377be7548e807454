#include "transport/api/list_calls.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/selection.hpp"
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

constexpr std::array<string_view, 5> list_calls_own_parameters = {"order", "offset", "limit", "names",
                                                                  "envelope"};
constexpr auto list_calls_parameters = joined(selection_parameters, list_calls_own_parameters);
constexpr parameter_list list_calls_takes{list_calls_parameters, "i_customer"};

const std::string all_help =
    "Lists the calls of a customer and its descendants, in any state. Takes one struct, every member "
    "optional: "
    + std::string{selection_help}
    + ", order (oldest_first, the default, oldest_last, longest_first, longest_last), offset and limit "
      "(after "
      "ordering), names (boolean: with CUSTOMER_NAME, ACCOUNT_NAME, VENDOR_NAME, CONNECTION_NAME and "
      "SWITCH), "
      "with suspect=true rows have SUSPECT, the reasons with commas between them; "
      "envelope (boolean, default false). Returns an array of structs; with envelope a struct: result is "
      "'OK', calls is that array, complete a boolean, then arrays of names: missing_nodes, "
      "unknown_switches, unverified_switches, other_directory.";

constexpr string_view active_help =
    "Lists the calls of a customer and its descendants that are in state WaitRoute, ARComplete or "
    "Connected. Parameters and answer are those of listAllCalls.";

call_order call_order_from(param_reader& in) {
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

void run_list_calls(const invocation_ptr& call, bool active_only, done_fn done) {
  auto asked = parse_list(*call, active_only);
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  const auto scope = asked->request.query.scope;
  const auto& settings = call->settings();
  const auto render = [scope, style = settings.style, envelope = asked->envelope,
                       suspect = asked->request.query.filter.suspect.value_or(false),
                       dir = asked->names ? settings.directory : nullptr](cluster_list_answer& told,
                                                                          request_quota::place place) {
    auto names = dir || suspect ? std::make_unique<xmlrpc::row_names>(dir, scope, style.full_unicode, suspect)
                                : nullptr;
    return render_list(std::move(told), style, envelope, std::move(place), std::move(names));
  };
  ask<cluster_list_answer>(call, &service::questions, scope, gather_deadline, std::move(asked->request),
                           render, std::move(done));
}

} // namespace

const method list_all_calls{
    .name = "listAllCalls",
    .takes = list_calls_takes,
    .needs = right::view,
    .returns = "array",
    .takes_type = "struct",
    .may_take_none = true,
    .help = all_help,
    .run = [](const invocation_ptr& call, done_fn done) { run_list_calls(call, false, std::move(done)); },
};

const method list_active_calls{
    .name = "listActiveCalls",
    .takes = list_calls_takes,
    .needs = right::view,
    .returns = "array",
    .takes_type = "struct",
    .may_take_none = true,
    .help = active_help,
    .run = [](const invocation_ptr& call, done_fn done) { run_list_calls(call, true, std::move(done)); },
};

xmlrpc::or_fault<list_question> parse_list(const invocation& call, bool active_only) {
  param_reader in{call, list_calls_takes};
  const auto order = call_order_from(in);
  const auto offset = in.count("offset").value_or(0);
  const auto limit = in.count("limit");
  const auto envelope = in.boolean("envelope").value_or(false);
  const auto names = in.boolean("names").value_or(false);
  auto selected = read_selection(in, call);
  if (!selected)
    return selected.why();
  auto& query = selected->query;
  query.active_only = active_only;
  query.order = order;
  query.offset = offset;
  query.limit = limit;
  return list_question{{std::move(*selected), envelope}, names};
}

answer render_list(cluster_list_answer told, xmlrpc::answer_style style, bool envelope,
                   request_quota::place place, std::unique_ptr<xmlrpc::row_names> names) {
  auto rows = std::make_unique<xmlrpc::list_source>(std::move(told.rows), told.now, style, std::move(place),
                                                    std::move(names));
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
