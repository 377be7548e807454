#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/http_client.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/terminal_text.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <sstream>
#include <string>

namespace rollcall::cli {

namespace {

constexpr long http_ok = 200;

exit_code show_nodes(const server& to) {
  const auto answer = http_client(to).get("/readyz?verbose");
  std::istringstream lines(answer.body);
  for (std::string line; std::getline(lines, line);)
    std::cout << for_terminal(line) << '\n';
  if (answer.status == http_ok)
    return exit_code::done;
  std::cerr << "rollcall: not ready: HTTP status " << answer.status << '\n';
  return exit_code::failure;
}

} // namespace

void add_nodes(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("nodes", "Show what a node says of itself and the others");
  const auto options = std::make_shared<server_options>();
  add_server_options(*app, *options);
  app->callback([options, &result] { result = show_nodes(options->to); });
}

} // namespace rollcall::cli
