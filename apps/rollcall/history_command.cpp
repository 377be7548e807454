#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/history_plot.hpp"
#include "apps/rollcall/members.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace rollcall::cli {

namespace {

using kind = column::kind;
using namespace std::chrono_literals;

constexpr std::array<column, 6> history_columns = {{{"time"},
                                                    {"total_max", kind::number},
                                                    {"total_avg", kind::seconds},
                                                    {"connected_max", kind::number},
                                                    {"connected_avg", kind::seconds},
                                                    {"complete"}}};

constexpr std::size_t plot_rows = 10;
constexpr std::size_t plot_columns = 96; // 24 hours, four bars each
constexpr std::size_t least_columns = 20;

struct history_options {
  server_options server;
  format as = format::table;
  std::optional<std::int64_t> id;       ///< of the customer or the account
  std::optional<std::int64_t> customer; ///< under whose rights, of an account
  std::chrono::microseconds since = 24h;
  std::chrono::microseconds until = 0s;
  std::optional<std::chrono::microseconds> step;
};

/// What the server was asked and has answered.
struct history {
  plotted_time time;
  boost::json::array rows; ///< objects
};

std::int64_t seconds_of(std::chrono::microseconds length) {
  return std::chrono::floor<std::chrono::seconds>(length).count();
}

history ask_history(api_client& api, boost::json::object parameters, const history_options& options) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  history found;
  found.time.from = std::max<std::int64_t>(0, now - seconds_of(options.since));
  found.time.to = now - seconds_of(options.until);
  parameters["from"] = found.time.from;
  parameters["to"] = found.time.to;
  if (options.step)
    parameters["step"] = seconds_of(*options.step);
  const auto answer = api.call("getCallHistory", parameters);
  const auto* const told = answer.value.if_object();
  const auto* const points = told ? told->if_contains("points") : nullptr;
  const auto* const step = told ? told->if_contains("step") : nullptr;
  if (!points || !points->is_array() || !step || !step->is_int64() || step->get_int64() < 1)
    throw command_error(exit_code::failure, "the server's answer is no history");
  found.time.step = step->get_int64();
  found.time.from -= found.time.from % found.time.step;
  found.time.to += (found.time.step - found.time.to % found.time.step) % found.time.step;
  for (const auto& point : points->get_array()) {
    const auto* const figures = point.if_array();
    if (!figures || figures->size() != history_columns.size())
      throw command_error(exit_code::failure, "the server's answer has a point that is none");
    auto& row = found.rows.emplace_back(boost::json::object{}).get_object();
    for (std::size_t i = 0; i < history_columns.size(); ++i)
      row[history_columns[i].key] = figures->at(i);
    if (row["time"].is_number())
      row["time"] = row["time"].to_number<std::int64_t>();
  }
  return found;
}

std::size_t terminal_columns() {
  winsize size{};
  const auto known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > plot_axis;
  return std::clamp(known ? size.ws_col - plot_axis : least_columns, least_columns, plot_columns);
}

void draw(const history& found) {
  std::vector<plotted_point> points;
  std::int64_t total = 0;
  std::int64_t connected = 0;
  std::size_t incomplete = 0;
  for (const auto& row : found.rows) {
    points.push_back({number_of(row, "time"), static_cast<std::uint64_t>(number_of(row, "total_max")),
                      static_cast<std::uint64_t>(number_of(row, "connected_max"))});
    total = std::max(total, number_of(row, "total_max"));
    connected = std::max(connected, number_of(row, "connected_max"));
    incomplete += row.at("complete") == true ? 0 : 1;
  }
  std::cout << plot_of(points, found.time, terminal_columns(), plot_rows);
  const auto steps = static_cast<std::size_t>((found.time.to - found.time.from) / found.time.step);
  std::cout << "At most " << total << " calls, " << connected << " connected (█), in steps of "
            << found.time.step << " s";
  if (incomplete > 0)
    std::cout << "; " << incomplete << " not counted to their end or with something missing";
  if (steps > points.size())
    std::cout << "; " << steps - points.size() << " not counted (·)";
  std::cout << '\n';
}

exit_code show_history(const history_options& options, boost::json::object parameters) {
  if (options.until >= options.since)
    throw command_error(exit_code::usage, "--until must be less than --since: both are how long ago");
  api_client api(options.server.resolved());
  auto found = ask_history(api, std::move(parameters), options);
  if (options.as == format::table && isatty(STDOUT_FILENO)) {
    draw(found);
    return exit_code::done;
  }
  if (options.as == format::table)
    for (auto& row : found.rows)
      row.get_object()["time"] = shown_time(number_of(row, "time"));
  write_rows(std::cout, options.as, history_columns, found.rows);
  return exit_code::done;
}

exit_code show_customer(const history_options& options) {
  return show_history(options, {{"i_customer", *options.id}});
}

exit_code show_account(history_options options) {
  if (options.server.to.user.empty() && !options.customer) {
    std::cerr << "rollcall: trusted mode without --customer: asking as customer 1\n";
    options.customer = 1;
  }
  boost::json::object parameters{{"i_account", *options.id}};
  if (options.customer)
    parameters["i_customer"] = *options.customer;
  return show_history(options, std::move(parameters));
}

template <class Show>
std::pair<CLI::App*, std::shared_ptr<history_options>> add(CLI::App& below, const char* name,
                                                           const char* help, Show show, exit_code& result) {
  auto* app = below.add_subcommand(name, help);
  const auto options = std::make_shared<history_options>();
  add_id(*app, "ID", options->id, "Its number")->required();
  add_duration(*app, "--since", options->since, "From so long ago on");
  add_duration(*app, "--until", options->until, "Up to so long ago");
  add_duration(*app, "--step", options->step,
               "A point for each of these, whole minutes [the shortest with 10000 points at most]", 60s);
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, show, &result] { result = show(*options); });
  return {app, options};
}

} // namespace

void add_history(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("history", "Show how many calls there were");
  app->require_subcommand(1);
  add(*app, "customer", "Of a customer and its subcustomers", &show_customer, result);
  const auto [account, its] = add(*app, "account", "Of an account", &show_account, result);
  add_id(*account, "--customer", its->customer, "Under this customer's rights");
}

} // namespace rollcall::cli
