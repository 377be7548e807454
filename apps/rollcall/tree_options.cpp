#include "apps/rollcall/tree_options.hpp"

#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

namespace rollcall::cli {

void tree_options::choose_customer() { cli::choose_customer(server, customer); }

std::string tree_options::whose() const {
  const auto name =
      customer ? "customer " + std::to_string(*customer) : "login " + visible_text(server.to.user);
  return name + (no_recursive ? ", without its subcustomers" : " and its subcustomers");
}

void add_tree_options(CLI::App& app, tree_options& options) {
  add_id(app, "--customer", options.customer, "Accounts of this customer [the caller]");
  auto* alone = app.add_flag("--no-recursive", options.no_recursive, "Without those of subcustomers");
  app.add_flag_callback(
         "--recursive", [] {}, "With those of subcustomers: the default")
      ->excludes(alone);
  add_server_options(app, options.server);
}

} // namespace rollcall::cli
