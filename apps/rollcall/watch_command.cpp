#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/event_client.hpp"
#include "apps/rollcall/filter_options.hpp"
#include "apps/rollcall/options.hpp"
#include "domain/base/time.hpp"
#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::cli {

namespace {

struct watch_options {
  server_options server;
  filter_options filter;
  bool json = false;
};

std::string text(const boost::json::object& of, std::string_view name) {
  const auto* value = of.if_contains(name);
  if (!value)
    return {};
  if (const auto* held = value->if_string())
    return visible_text(std::string_view{*held});
  return boost::json::serialize(*value);
}

bool is_true(const boost::json::object& of, std::string_view name) {
  const auto* value = of.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

/// What a message says, for people; empty for one that only machines need.
std::string sentence_of(const boost::json::object& message) {
  const auto type = text(message, "type");
  if (type == "call") {
    const auto& row = message.at("call").as_object();
    return "call    " + text(row, "ID") + "  " + text(row, "CC_STATE") + "  " + text(row, "CLI") + " -> "
           + text(row, "CLD") + "  " + text(row, "ACCOUNT_NAME") + " of " + text(row, "CUSTOMER_NAME");
  }
  if (type == "end")
    return "end     " + text(message, "ID") + (is_true(message, "asked") ? "  hung up by rollcall" : "")
           + (is_true(message, "unseen") ? "  its switch has it no more" : "");
  if (type == "leave")
    return "leave   " + text(message, "ID");
  if (type == "switch")
    return "switch  " + text(message, "switch") + " at " + text(message, "node_id") + " is "
           + text(message, "state");
  if (type == "node")
    return "node    " + text(message, "node_id") + " is " + text(message, "state");
  if (type == "limit")
    return "limit   of " + text(message, "kind") + ' ' + text(message, "id") + " is " + text(message, "state")
           + ": " + text(message, "total") + " calls, max_sessions " + text(message, "max_sessions");
  if (type == "reset")
    return "reset   of " + (message.contains("switch") ? text(message, "switch") : std::string{"all calls"})
           + ": " + text(message, "why");
  if (type == "synced")
    return message.contains("switch") ? "synced  " + text(message, "switch")
                                      : "synced  " + text(message, "calls") + " calls"
                                            + (is_true(message, "complete") ? "" : ", not all are known");
  if (type == "bye")
    return "bye     " + text(message, "why");
  return {};
}

exit_code watch(watch_options options) {
  options.filter.choose_customer(options.server);
  event_client client(
      options.server.resolved(), options.filter.parameters(),
      {.message =
           [&](const boost::json::object& message, std::string_view line) {
             if (options.json) {
               std::cout << line << std::endl;
             } else if (const auto sentence = sentence_of(message); !sentence.empty()) {
               std::cout << format_rfc3339(system_now()).substr(11, 12) << "  " << sentence << std::endl;
             }
             if (!std::cout) // its reader has gone
               throw command_error(exit_code::failure, "the output cannot be written");
           },
       .heard = {},
       .silent = [] { std::cerr << "rollcall: STALE: nothing was heard of the server for 2 s" << std::endl; },
       .lost =
           [](const std::string& why) { std::cerr << "rollcall: " << why << "; going on" << std::endl; }});
  client.follow();
}

} // namespace

void add_watch(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("watch", "Show calls as they come, change and end, until it is stopped");
  const auto options = std::make_shared<watch_options>();
  add_filter_options(*app, options->filter);
  app->add_flag("--json", options->json, "Each message of the stream as an object on one line");
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = watch(*options); });
}

} // namespace rollcall::cli
