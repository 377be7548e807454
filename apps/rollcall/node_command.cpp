#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace rollcall::cli {

namespace {

struct node_options {
  server_options server;
  std::string node;
};

void add_order(CLI::App& parent, exit_code& result, const std::string& name, const std::string& help,
               const std::string& method, const std::string& done, const std::string& to_know = {}) {
  auto* app = parent.add_subcommand(name, help);
  const auto options = std::make_shared<node_options>();
  app->add_option("ID", options->node, "ID of the node, as 'nodes' shows it")->required();
  add_server_options(*app, options->server);
  app->callback([options, method, done, to_know, &result] {
    api_client api(options->server.resolved());
    api.call(method, {{"node_id", options->node}});
    std::cout << "node " << visible_text(options->node) << ' ' << done << '\n';
    if (!to_know.empty())
      std::cerr << "rollcall: " << to_know << '\n';
    result = exit_code::done;
  });
}

} // namespace

void add_node(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("node", "Take a node away");
  app->require_subcommand(1);
  add_order(
      *app, result, "drain", "Have a node hand its switches over to others, leave and stop", "drainNode",
      "stops: other nodes have the calls and hang-ups of its switches",
      "a switch that knows no other node's address is away from now on; 'rollcall nodes' shows which are "
      "connected");
  add_order(*app, result, "forget", "Stop reporting a node that is gone for good as missing", "forgetNode",
            "is forgotten until it is met again");
}

} // namespace rollcall::cli
