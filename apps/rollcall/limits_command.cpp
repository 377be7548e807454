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

namespace rollcall::cli {

namespace {

using kind = column::kind;

constexpr std::array<column, 6> limit_columns = {{{"kind"},
                                                  {"id", kind::number},
                                                  {"name"},
                                                  {"total", kind::number},
                                                  {"max_sessions", kind::number},
                                                  {"reached_since"}}};

struct limits_options {
  server_options server;
  std::optional<std::int64_t> customer;
  double above = 0;
  format as = format::table;
};

/// Since when a limit is reached as people read it: a time of day, to the second.
boost::json::array with_times_of_day(boost::json::array limits) {
  constexpr std::size_t to_the_second = 19; // of RFC 3339
  for (auto& row : limits)
    if (auto* const limit = row.if_object())
      if (auto* const since = limit->if_contains("reached_since"); since && since->is_double())
        if (const auto when = timestamp_from_seconds(since->get_double()))
          *since = format_rfc3339(*when).substr(0, to_the_second) + 'Z';
  return limits;
}

exit_code show_limits(limits_options options) {
  choose_customer(options.server, options.customer);
  boost::json::object parameters;
  if (options.customer)
    parameters["i_customer"] = *options.customer;
  if (options.above > 0)
    parameters["above"] = options.above;
  const auto answer = api_client(options.server.resolved()).call("getLimits", parameters);
  const auto* const told = answer.value.if_object();
  const auto* const limits = told ? told->if_contains("limits") : nullptr;
  if (!limits || !limits->is_array())
    throw command_error(exit_code::failure, "the server's answer has no limits");
  for (const auto& row : limits->get_array())
    if (!row.is_object())
      throw command_error(exit_code::failure, "the server's answer has a limit that is none");
  if (options.as == format::table)
    write_rows(std::cout, options.as, limit_columns, with_times_of_day(limits->get_array()));
  else
    write_rows(std::cout, options.as, limit_columns, limits->get_array());
  if (const auto* const left_out = told->if_contains("limits_left_out"))
    std::cerr << "rollcall: " << *left_out
              << " more limits are not shown, of which less is used: --customer, --above\n";
  return judged(answer.gaps);
}

} // namespace

void add_limits(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("limits", "Show how much of the limits on calls at once is used");
  const auto options = std::make_shared<limits_options>();
  add_id(*app, "--customer", options->customer, "Of this customer and those below it [the caller]");
  app->add_option("--above", options->above, "Only those of which at least this part is used, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_limits(*options); });
}

} // namespace rollcall::cli
