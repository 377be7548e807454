#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/time.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::cli {

namespace {

using kind = column::kind;

constexpr std::array<column, 6> node_columns = {{{"node_id"},
                                                 {"state"},
                                                 {"since"},
                                                 {"version"},
                                                 {"round_trip", kind::seconds},
                                                 {"clock_offset", kind::seconds}}};

constexpr std::array<column, 7> columns_of_switches = {{{"name"},
                                                        {"node_id"},
                                                        {"state"},
                                                        {"verified"},
                                                        {"since"},
                                                        {"calls", kind::number},
                                                        {"events_per_second", kind::seconds}}};

struct network_options {
  server_options server;
  std::optional<std::int64_t> customer;
  format as = format::table;
};

const boost::json::array& rows_of(const boost::json::value& answer, std::string_view name) {
  const auto* const network = answer.if_object();
  const auto* const rows = network ? network->if_contains(name) : nullptr;
  if (!rows || !rows->is_array())
    throw command_error(exit_code::failure, "the server's answer has no " + std::string(name));
  for (const auto& row : rows->get_array())
    if (!row.is_object())
      throw command_error(exit_code::failure, "the server's answer is no network");
  return rows->get_array();
}

/// Rows as people read them: `since` a time of day, to the second.
boost::json::array dated(boost::json::array rows) {
  constexpr std::size_t to_the_second = 19; // of RFC 3339
  for (auto& row : rows)
    if (auto* const since = row.get_object().if_contains("since"); since && since->is_double())
      if (const auto when = timestamp_from_seconds(since->get_double()))
        *since = format_rfc3339(*when).substr(0, to_the_second) + 'Z';
  return rows;
}

exit_code show_network(network_options options) {
  choose_customer(options.server, options.customer);
  boost::json::object parameters;
  if (options.customer)
    parameters["i_customer"] = *options.customer;
  const auto answer = api_client(options.server.resolved()).call("getNetwork", parameters);
  const auto& nodes = rows_of(answer.value, "nodes");
  const auto& switches = rows_of(answer.value, "switches");
  if (options.as == format::table) {
    write_rows(std::cout, options.as, node_columns, dated(nodes));
    std::cout << '\n';
    write_rows(std::cout, options.as, columns_of_switches, dated(switches));
  } else if (options.as == format::json) {
    std::cout << "{\"nodes\":";
    write_rows(std::cout, options.as, node_columns, nodes);
    std::cout << ",\"switches\":";
    write_rows(std::cout, options.as, columns_of_switches, switches);
    std::cout << ",\"complete\":" << (answer.gaps.complete ? "true" : "false") << "}\n";
  } else {
    write_rows(std::cout, options.as, columns_of_switches, switches);
  }
  return judged(answer.gaps);
}

} // namespace

void add_network(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("network", "Show the nodes and switches of the whole cluster");
  const auto options = std::make_shared<network_options>();
  add_id(*app, "--customer", options->customer, "As this customer sees it");
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_network(*options); });
}

} // namespace rollcall::cli
