#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/stats.hpp"
#include "apps/rollcall/tree_options.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <memory>

namespace rollcall::cli {

namespace {

constexpr std::array<column, 3> stats_columns = {{{"i_account", column::kind::number},
                                                  {"total", column::kind::number},
                                                  {"connected", column::kind::number}}};

struct stats_options {
  tree_options of;
  format as = format::table;
};

exit_code show_stats(stats_options options) {
  options.of.choose_customer();
  api_client api(options.of.server.resolved());
  auto found = ask_stats(api, options.of.customer, !options.of.no_recursive);
  if (options.as == format::table)
    found.rows.push_back({{"i_account", "all"}, {"total", found.total}, {"connected", found.connected}});
  write_rows(std::cout, options.as, stats_columns, found.rows);
  if (options.as == format::table)
    std::cout << "Active calls of " << options.of.whose() << '\n';
  return judged(found.gaps);
}

} // namespace

void add_stats(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("stats", "Count the calls of each account");
  const auto options = std::make_shared<stats_options>();
  add_tree_options(*app, options->of);
  add_format_options(*app, options->as);
  app->callback([options, &result] { result = show_stats(*options); });
}

} // namespace rollcall::cli
