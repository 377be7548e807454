#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::cli {

namespace {

using kind = column::kind;

// The members of a row (contract, 5.1), those of interest first.
constexpr std::array<column, 16> columns = {{{"ID", kind::call_id},
                                             {"CC_STATE"},
                                             {"CLI"},
                                             {"CLD"},
                                             {"I_ACCOUNT", kind::number},
                                             {"I_CUSTOMER", kind::number},
                                             {"I_CONNECTION", kind::number},
                                             {"SETUP_TIME"},
                                             {"DELAY", kind::seconds},
                                             {"DURATION", kind::seconds},
                                             {"DIRECTION"},
                                             {"NODE_ID"},
                                             {"CALL_ID", kind::text, false},
                                             {"CALLER_MEDIA_IP", kind::text, false},
                                             {"CALLEE_MEDIA_IP", kind::text, false},
                                             {"I_ENVIRONMENT", kind::number, false}}};

struct calls_options {
  server_options server;
  format as = format::table;
  bool active = false;
  bool wide = false;
  bool no_recursive = false;
  std::optional<std::int64_t> customer;
  std::optional<std::int64_t> account;
  std::optional<std::int64_t> vendor;
  std::optional<std::int64_t> connection;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> limit;
  std::string username;
  std::string order;
  std::string node;
};

boost::json::object parameters_of(const calls_options& options) {
  boost::json::object parameters;
  const auto add = [&](const char* name, const std::optional<std::int64_t>& value) {
    if (value)
      parameters[name] = *value;
  };
  add("i_customer", options.customer);
  add("i_account", options.account);
  add("i_vendor", options.vendor);
  add("i_connection", options.connection);
  add("offset", options.offset);
  add("limit", options.limit);
  if (!options.username.empty())
    parameters["account"] = options.username;
  if (!options.order.empty())
    parameters["order"] = options.order;
  if (!options.node.empty())
    parameters["node_id"] = options.node;
  if (options.no_recursive)
    parameters["recursive"] = false;
  return parameters;
}

exit_code list_calls(calls_options options) {
  if (options.server.to.user.empty() && !options.customer) {
    std::cerr << "rollcall: trusted mode without --customer: asking as customer 1\n";
    options.customer = 1;
  }
  api_client api(options.server.resolved());
  const auto answer = api.call(options.active ? "listActiveCalls" : "listAllCalls", parameters_of(options));
  if (!answer.value.is_array())
    throw command_error(exit_code::failure, "the server's answer is not a list");
  auto shown = columns;
  for (auto& c : shown)
    c.in_table = c.in_table || options.wide;
  write_rows(std::cout, options.as, shown, answer.value.get_array());
  return judged(answer.gaps);
}

} // namespace

void add_calls(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("calls", "List live calls");
  const auto options = std::make_shared<calls_options>();
  app->add_flag("--active", options->active, "Only WaitRoute, ARComplete and Connected");
  add_id(*app, "--customer", options->customer, "Under this customer's rights");
  add_id(*app, "--account", options->account, "Only calls of this account");
  app->add_option("--username", options->username, "Only calls of the account of this name")
      ->check(not_empty());
  add_id(*app, "--vendor", options->vendor, "Only calls routed by this vendor");
  add_id(*app, "--connection", options->connection, "Only calls routed by this connection");
  app->add_option("--node", options->node, "Only calls of this node")->check(not_empty());
  app->add_option("--order", options->order, "How to order")
      ->check(CLI::IsMember({"oldest_first", "oldest_last", "longest_first", "longest_last"}));
  add_number(*app, "--offset", options->offset, 0, "Leave out the first");
  add_number(*app, "--limit", options->limit, 0, "At most this many");
  app->add_flag("--no-recursive", options->no_recursive, "Without the calls of subcustomers");
  app->add_flag("--wide", options->wide, "All columns in the table");
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = list_calls(*options); });
}

} // namespace rollcall::cli
