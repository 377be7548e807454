#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/stats.hpp"
#include "apps/rollcall/terminal.hpp"
#include "apps/rollcall/terminal_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace rollcall::cli {

namespace {

constexpr std::array<column, 3> columns = {{{"i_account", column::kind::number},
                                            {"total", column::kind::number},
                                            {"connected", column::kind::number}}};
constexpr std::string_view top_left = "\x1b[H\x1b[2J";
constexpr std::size_t frame_lines =
    4; // above the accounts: summary, empty line, heading; below: the cursor's. Sentences come on top.
constexpr std::chrono::milliseconds shortest_interval{100};

struct top_options {
  server_options server;
  std::optional<std::int64_t> customer;
  bool recursive = false;
  bool once = false;
  std::chrono::microseconds interval = std::chrono::seconds{1};
};

// The busiest accounts first, as many as `lines` allow.
void draw(std::ostream& out, stats found, std::size_t lines) {
  out << found.total << " active calls, " << found.connected << " connected, " << found.rows.size()
      << " accounts\n\n";
  std::stable_sort(found.rows.begin(), found.rows.end(), [](const auto& a, const auto& b) {
    return a.at("total").as_int64() > b.at("total").as_int64();
  });
  if (found.rows.size() > lines)
    found.rows.resize(lines);
  write_rows(out, format::table, columns, found.rows);
}

// A server that cannot be reached for a while is shown as that, and asked again.
void watch(api_client& api, const top_options& options) {
  screen page;
  const auto interval =
      std::max(shortest_interval, std::chrono::ceil<std::chrono::milliseconds>(options.interval));
  do {
    std::ostringstream text;
    try {
      auto found = ask_stats(api, options.customer, options.recursive);
      const auto said = sentences(found.gaps);
      for (const auto& sentence : said)
        text << sentence << '\n';
      const auto height = page.height();
      const auto frame = frame_lines + said.size();
      draw(text, std::move(found), height > frame ? height - frame : 0);
    } catch (const command_error& e) {
      if (e.code() != exit_code::timeout && e.code() != exit_code::failure)
        throw;
      text << for_terminal(e.what()) << '\n';
    }
    std::cout << top_left << text.str() << std::flush;
  } while (!page.quit_pressed(interval));
}

exit_code show_top(const top_options& options) {
  api_client api(options.server.resolved());
  if (!options.once && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
    watch(api, options);
    return exit_code::done;
  }
  const auto found = ask_stats(api, options.customer, options.recursive);
  draw(std::cout, found, found.rows.size());
  return judged(found.gaps);
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
  add_duration(*app, "--interval", options->interval, "Between two looks");
  add_server_options(*app, options->server);
  app->callback([options, &result] { result = show_top(*options); });
}

} // namespace rollcall::cli
