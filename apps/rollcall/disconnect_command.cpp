#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::cli {

namespace {

struct disconnect_options {
  server_options server;
  bool json = false;
  bool yes = false;
  std::string call;
  std::int64_t id = 0;            ///< of an account or a customer
  std::optional<std::int64_t> as; ///< the customer under whose rights, in trusted mode
};

std::int64_t number(const boost::json::object& answer, std::string_view key) {
  const auto* value = answer.if_contains(key);
  return value && value->is_int64() ? value->get_int64() : 0;
}

// Says what came of it, and makes it the exit code.
exit_code report(const api_answer& answer, const disconnect_options& options) {
  const auto* object = answer.value.if_object();
  const auto* result = object ? object->if_contains("result") : nullptr;
  const auto* text = result ? result->if_string() : nullptr;
  if (!text)
    throw command_error(exit_code::failure, "the server answered with something that is no result");
  if (options.json)
    std::cout << answer.value << '\n';
  // What is not found may be on a node that is missing.
  const auto whole = judged(answer.gaps);
  if (*text != "OK")
    throw command_error(whole == exit_code::done ? exit_code::not_found : whole, std::string(*text));
  const auto failed = number(*object, "failed");
  if (!options.json) {
    std::cout << "OK";
    if (object->contains("count"))
      std::cout << ", " << number(*object, "count") << " calls being hung up";
    if (failed > 0)
      std::cout << ", " << failed << " could not be reached";
    std::cout << '\n';
  }
  return failed > 0 ? exit_code::partial : whole;
}

void confirm(const std::string& whose, const disconnect_options& options) {
  if (!options.yes && !confirmed("Hang up all calls of " + whose + " " + std::to_string(options.id) + "?"))
    throw command_error(exit_code::failure, "nothing was hung up");
}

exit_code disconnect_call(const disconnect_options& options) {
  boost::json::object parameters{{"ID", options.call}};
  if (options.as)
    parameters["i_customer"] = *options.as;
  return report(api_client(options.server.resolved()).call("disconnectCall", parameters), options);
}

exit_code disconnect_account(const disconnect_options& options) {
  confirm("account", options);
  boost::json::object parameters{{"i_account", options.id}};
  if (options.as)
    parameters["i_customer"] = *options.as;
  return report(api_client(options.server.resolved()).call("disconnectAccount", parameters), options);
}

exit_code disconnect_customer(const disconnect_options& options) {
  confirm("customer", options);
  boost::json::object parameters{{"i_customer", options.id}};
  if (options.as)
    parameters["i_wholesaler"] = *options.as;
  return report(api_client(options.server.resolved()).call("disconnectCustomer", parameters), options);
}

using action = exit_code (*)(const disconnect_options&);

CLI::App* add(CLI::App& parent, const char* name, const char* help, action run,
              const std::shared_ptr<disconnect_options>& options, exit_code& result) {
  auto* app = parent.add_subcommand(name, help);
  app->add_option("--as", options->as, "Under this customer's rights [the caller's own]")
      ->check(whole_number(1));
  app->add_flag("--json", options->json, "The answer as JSON on stdout");
  add_server_options(*app, options->server);
  app->callback([options, run, &result] { result = run(*options); });
  return app;
}

} // namespace

void add_disconnect(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("disconnect", "Hang up calls");
  app->require_subcommand(1);
  const auto options = std::make_shared<disconnect_options>();
  auto* call = add(*app, "call", "Hang up one call", &disconnect_call, options, result);
  call->add_option("ID", options->call, "ID of the call, as 'calls' shows it")->required();
  auto* account =
      add(*app, "account", "Hang up all calls of an account", &disconnect_account, options, result);
  auto* customer = add(*app, "customer", "Hang up all calls of a customer and its subcustomers",
                       &disconnect_customer, options, result);
  for (auto* whole : {account, customer}) {
    whole->add_option("ID", options->id, "Its number")->required()->check(whole_number(1));
    whole->add_flag("--yes", options->yes, "Do not ask");
  }
}

} // namespace rollcall::cli
