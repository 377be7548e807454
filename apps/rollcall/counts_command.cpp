#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/filter_options.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/unknown_filters.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::cli {

namespace {

using kind = column::kind;

constexpr std::array<column, 4> count_columns = {
    {{"key"}, {"name"}, {"total", kind::number}, {"connected", kind::number}}};

struct counts_options {
  server_options server;
  filter_options filter;
  format as = format::table;
  std::string group_by;
  std::string order;
  std::optional<std::int64_t> limit;
};

boost::json::object parameters_of(const counts_options& options) {
  auto parameters = options.filter.parameters();
  parameters["group_by"] = options.group_by;
  if (!options.order.empty())
    parameters["order"] = options.order;
  if (options.limit)
    parameters["limit"] = *options.limit;
  return parameters;
}

exit_code show_counts(counts_options options) {
  options.filter.choose_customer(options.server);
  api_client api(options.server.resolved());
  const auto answer = api.call("getCallCounts", parameters_of(options));
  const auto* const counts = answer.value.if_object();
  const auto* const groups = counts ? counts->if_contains("groups") : nullptr;
  if (!groups || !groups->is_array())
    throw command_error(exit_code::failure, "the server's answer has no groups");
  auto rows = groups->get_array();
  const auto none = rows.empty();
  const auto left_out = counts->if_contains("groups_left_out");
  if (options.as == format::table)
    rows.push_back({{"key", "all"}, {"total", counts->at("total")}, {"connected", counts->at("connected")}});
  write_rows(std::cout, options.as, count_columns, rows);
  if (left_out && *left_out != 0)
    std::cerr << "rollcall: " << *left_out << " more groups are not shown: --limit\n";
  if (none)
    tell_unknown(api, options.filter);
  return judged(answer.gaps);
}

} // namespace

void add_counts(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("counts", "Count calls by what they have in common");
  const auto options = std::make_shared<counts_options>();
  app->add_option(
         "group", options->group_by,
         "By what: i_customer, top_customer, i_account, i_vendor, i_connection, cc_state, switch, node_id, "
         "direction, cld_prefix:N or cli_prefix:N")
      ->required()
      ->check(not_empty());
  add_filter_options(*app, options->filter);
  app->add_option("--order", options->order, "total, the default: the largest first; or key")
      ->check(CLI::IsMember({"total", "key"}));
  add_number(*app, "--limit", options->limit, 0, "At most this many groups");
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_counts(*options); });
}

} // namespace rollcall::cli
