#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/stats.hpp"
#include "apps/rollcall/terminal.hpp"
#include "apps/rollcall/terminal_text.hpp"
#include "domain/time.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr std::array<column, 3> columns = {{{"i_account", column::kind::number},
                                            {"total", column::kind::number},
                                            {"connected", column::kind::number}}};
constexpr std::string_view top_left = "\x1b[H\x1b[2J";
constexpr std::size_t frame_lines =
    4; // above the accounts: summary, empty line, heading; below: the cursor's. Sentences come on top.
constexpr std::chrono::milliseconds shortest_interval{100};
constexpr std::chrono::microseconds usual_interval = std::chrono::seconds{1};

struct top_options {
  server_options server;
  std::optional<std::int64_t> customer;
  bool recursive = false;
  bool once = false;
  format as = format::table;
  std::optional<std::chrono::microseconds> interval;

  std::chrono::milliseconds pause() const {
    return std::max(shortest_interval,
                    std::chrono::ceil<std::chrono::milliseconds>(interval.value_or(usual_interval)));
  }
};

// The busiest accounts first.
stats look(api_client& api, const top_options& options) {
  auto found = ask_stats(api, options.customer, options.recursive);
  std::stable_sort(found.rows.begin(), found.rows.end(), [](const auto& a, const auto& b) {
    return a.at("total").as_int64() > b.at("total").as_int64();
  });
  return found;
}

// As many accounts as `lines` allow.
void draw(std::ostream& out, stats found, std::size_t lines) {
  out << found.total << " active calls, " << found.connected << " connected, " << found.rows.size()
      << " accounts\n\n";
  if (found.rows.size() > lines)
    found.rows.resize(lines);
  write_rows(out, format::table, columns, found.rows);
}

// One look as an object on one line.
void write_snapshot(std::ostream& out, stats found) {
  out << boost::json::value{{"time", format_rfc3339(system_now())},
                            {"total", found.total},
                            {"connected", found.connected},
                            {"complete", found.gaps.complete},
                            {"accounts", std::move(found.rows)}}
      << std::endl;
}

// A server that cannot be reached for a while is no reason to stop watching it; anything else is.
std::string passing_trouble(const command_error& e) {
  if (e.code() != exit_code::timeout && e.code() != exit_code::failure)
    throw e;
  return for_terminal(e.what());
}

void watch(api_client& api, const top_options& options) {
  screen page;
  do {
    std::ostringstream text;
    try {
      auto found = look(api, options);
      const auto said = sentences(found.gaps);
      for (const auto& sentence : said)
        text << sentence << '\n';
      const auto height = page.height();
      const auto frame = frame_lines + said.size();
      draw(text, std::move(found), height > frame ? height - frame : 0);
    } catch (const command_error& e) {
      text << passing_trouble(e) << '\n';
    }
    std::cout << top_left << text.str() << std::flush;
  } while (!page.quit_pressed(options.pause()));
}

// Until a signal ends it, or nobody reads it any more.
[[noreturn]] void stream(api_client& api, const top_options& options) {
  for (;; std::this_thread::sleep_for(options.pause())) {
    try {
      auto found = look(api, options);
      judged(found.gaps);
      write_snapshot(std::cout, std::move(found));
    } catch (const command_error& e) {
      std::cerr << "rollcall: " << passing_trouble(e) << '\n';
    }
  }
}

exit_code look_once(api_client& api, const top_options& options) {
  const auto found = look(api, options);
  if (options.as == format::json)
    write_snapshot(std::cout, found);
  else if (options.as == format::csv)
    write_rows(std::cout, format::csv, columns, found.rows);
  else
    draw(std::cout, found, found.rows.size());
  return judged(found.gaps);
}

exit_code show_top(const top_options& options) {
  if (options.as == format::csv && options.interval)
    throw command_error(exit_code::usage, "--csv is one look: --interval does not go with it");
  api_client api(options.server.resolved());
  if (options.as == format::json && options.interval && !options.once)
    stream(api, options);
  if (options.as == format::table && !options.once && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
    watch(api, options);
    return exit_code::done;
  }
  return look_once(api, options);
}

} // namespace

void add_top(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("top", "Watch the busiest accounts; q quits");
  const auto options = std::make_shared<top_options>();
  auto* customer =
      app->add_option("--customer", options->customer, "Accounts of this customer [the root customer]");
  customer->check(whole_number(1));
  app->add_flag("--recursive", options->recursive, "Those of its subcustomers too")->needs(customer);
  app->add_flag("--once", options->once, "Print once and end");
  add_duration(*app, "--interval", options->interval,
               "Between two looks [1s]; with --json: a line each, until it is ended");
  add_format_options(*app, options->as);
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_top(*options); });
}

} // namespace rollcall::cli
