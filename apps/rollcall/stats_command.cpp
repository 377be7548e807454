#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/stats.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <memory>
#include <optional>

namespace rollcall::cli {

namespace {

constexpr std::array<column, 3> columns = {{{"i_account", column::kind::number},
                                            {"total", column::kind::number},
                                            {"connected", column::kind::number}}};

struct stats_options {
  server_options server;
  format as = format::table;
  std::optional<std::int64_t> customer;
  bool recursive = false;
};

exit_code show_stats(const stats_options& options) {
  api_client api(options.server.resolved());
  auto found = ask_stats(api, options.customer, options.recursive);
  if (options.as == format::table)
    found.rows.push_back({{"i_account", "all"}, {"total", found.total}, {"connected", found.connected}});
  write_rows(std::cout, options.as, columns, found.rows);
  return judged(found.gaps);
}

} // namespace

void add_stats(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("stats", "Count the calls of each account");
  const auto options = std::make_shared<stats_options>();
  auto* customer =
      app->add_option("--customer", options->customer, "Accounts of this customer [the root customer]");
  customer->check(whole_number(1));
  app->add_flag("--recursive", options->recursive, "Those of its subcustomers too")->needs(customer);
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_stats(*options); });
}

} // namespace rollcall::cli
