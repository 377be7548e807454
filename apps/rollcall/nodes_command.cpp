#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/http_client.hpp"
#include "apps/rollcall/http_status.hpp"
#include "apps/rollcall/node_report.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace rollcall::cli {

namespace {

struct nodes_options {
  server_options server;
  format as = format::table;
};

// The names of the nodes that are missing.
std::vector<std::string> missing(const boost::json::object& report) {
  std::vector<std::string> names;
  for (const auto& node : report.at("nodes").as_array())
    if (node.at("up") == false)
      names.emplace_back(node.at("node").as_string());
  return names;
}

// As the node words it: every line may matter, also those of a newer node.
void write_lines(std::ostream& out, const std::string& page) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);)
    out << visible_text(line) << '\n';
}

exit_code show_nodes(const nodes_options& options) {
  const std::string page = "/readyz?verbose";
  auto answer = http_client(options.server.to).get(page);
  if (answer.status == http_unauthorized && !options.server.to.user.empty())
    answer = http_client(options.server.resolved()).get(page, true);
  if (answer.status == http_unauthorized || answer.status == http_forbidden)
    throw command_error(exit_code::denied,
                        "the server tells its nodes to trusted hosts, and to root customers with the "
                        "right 'view'");
  if (answer.status != http_ok && answer.status != http_unavailable)
    throw command_error(exit_code::failure, refusal_of(answer));
  const auto report = node_report(answer.body);
  if (options.as == format::table)
    write_lines(std::cout, answer.body);
  else if (options.as == format::json)
    std::cout << to_json(report) << '\n';
  else
    write_rows(std::cout, options.as, switch_columns, report.at("switches").get_array());
  for (const auto& name : missing(report))
    std::cerr << "rollcall: node " << visible_text(name) << " is missing\n";
  if (answer.status == http_ok)
    return missing(report).empty() ? exit_code::done : exit_code::partial;
  std::cerr << "rollcall: not ready: HTTP status " << answer.status << '\n';
  return exit_code::failure;
}

} // namespace

void add_nodes(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("nodes", "Show what a node says of itself and the others");
  const auto options = std::make_shared<nodes_options>();
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_nodes(*options); });
}

} // namespace rollcall::cli
