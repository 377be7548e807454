#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/filter_options.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/unknown_filters.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::cli {

namespace {

using kind = column::kind;

// The members of a row (contract, 5.1), those of interest first.
constexpr std::array<column, 16> call_columns = {{{"ID", kind::call_id},
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

constexpr std::array<column, 5> names = {
    {{"CUSTOMER_NAME"}, {"ACCOUNT_NAME"}, {"VENDOR_NAME"}, {"CONNECTION_NAME"}, {"SWITCH"}}};

struct calls_options {
  server_options server;
  filter_options filter;
  format as = format::table;
  bool active = false;
  bool wide = false;
  bool names = false;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> limit;
  std::string order;
};

boost::json::object parameters_of(const calls_options& options) {
  auto parameters = options.filter.parameters();
  if (options.offset)
    parameters["offset"] = *options.offset;
  if (options.limit)
    parameters["limit"] = *options.limit;
  if (!options.order.empty())
    parameters["order"] = options.order;
  if (options.names)
    parameters["names"] = true;
  return parameters;
}

std::vector<column> columns_of(const calls_options& options) {
  std::vector<column> shown(call_columns.begin(), call_columns.end());
  for (auto& each : shown)
    each.in_table = each.in_table || options.wide;
  if (options.names)
    shown.insert(shown.end(), names.begin(), names.end());
  if (options.filter.suspect)
    shown.insert(shown.begin() + 1, column{"SUSPECT"});
  return shown;
}

exit_code list_calls(calls_options options) {
  options.filter.choose_customer(options.server);
  api_client api(options.server.resolved());
  const auto answer = api.call(options.active ? "listActiveCalls" : "listAllCalls", parameters_of(options));
  if (!answer.value.is_array())
    throw command_error(exit_code::failure, "the server's answer is not a list");
  const auto& rows = answer.value.get_array();
  write_rows(std::cout, options.as, columns_of(options), rows);
  if (rows.empty())
    tell_unknown(api, options.filter);
  return judged(answer.gaps);
}

} // namespace

namespace {

void add_list(CLI::App* app, const std::shared_ptr<calls_options>& options, exit_code& result) {
  app->add_flag("--active", options->active, "Only WaitRoute, ARComplete and Connected");
  add_filter_options(*app, options->filter);
  app->add_option("--order", options->order, "How to order")
      ->check(CLI::IsMember({"oldest_first", "oldest_last", "longest_first", "longest_last"}));
  add_number(*app, "--offset", options->offset, 0, "Leave out the first");
  add_number(*app, "--limit", options->limit, 0, "At most this many");
  app->add_flag("--wide", options->wide, "All columns in the table");
  app->add_flag("--names", options->names,
                "With the names of customer, account, vendor, connection and switch");
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = list_calls(*options); });
}

} // namespace

void add_calls(CLI::App& tool, exit_code& result) {
  add_list(tool.add_subcommand("calls", "List live calls"), std::make_shared<calls_options>(), result);
}

void add_suspects(CLI::App& tool, exit_code& result) {
  const auto options = std::make_shared<calls_options>();
  auto* app = tool.add_subcommand("suspects", "List calls with a symptom, and which: calls --suspect");
  add_list(app, options, result);
  options->filter.suspect = true;
}

} // namespace rollcall::cli
