#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/live_stats.hpp"
#include "apps/rollcall/output.hpp"
#include "apps/rollcall/stats.hpp"
#include "apps/rollcall/terminal.hpp"
#include "apps/rollcall/tree_options.hpp"
#include "domain/base/time.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
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

constexpr std::array<column, 3> top_columns = {{{"i_account", column::kind::number},
                                                {"total", column::kind::number},
                                                {"connected", column::kind::number}}};
constexpr std::size_t frame_lines = 3;         // above the accounts: summary, empty line, heading
constexpr std::chrono::milliseconds tick{250}; // how soon what is new is on the screen
constexpr std::chrono::milliseconds shortest_interval{100};
constexpr std::chrono::microseconds usual_interval = std::chrono::seconds{1};

struct top_options {
  tree_options of;
  bool once = false;
  format as = format::table;
  std::optional<std::chrono::microseconds> interval;

  std::chrono::milliseconds pause() const {
    return std::max(shortest_interval,
                    std::chrono::ceil<std::chrono::milliseconds>(interval.value_or(usual_interval)));
  }
};

// One answer, the busiest accounts first.
stats look(api_client& api, const top_options& options) {
  auto found = ask_stats(api, options.of.customer, !options.of.no_recursive);
  std::stable_sort(found.rows.begin(), found.rows.end(), [](const auto& a, const auto& b) {
    return a.at("total").as_int64() > b.at("total").as_int64();
  });
  return found;
}

// As many accounts as `lines` allow.
void draw(std::ostream& out, stats found, const top_options& options, std::size_t lines) {
  out << found.total << " active calls, " << found.connected << " connected, " << found.rows.size()
      << " accounts of " << options.of.whose() << "\n\n";
  if (found.rows.size() > lines)
    found.rows.resize(lines);
  write_rows(out, format::table, top_columns, found.rows);
}

// One look as an object on one line.
void write_snapshot(std::ostream& out, stats found) {
  out << to_json({{"time", format_rfc3339(system_now())},
                  {"total", found.total},
                  {"connected", found.connected},
                  {"complete", found.gaps.whole()},
                  {"accounts", std::move(found.rows)}})
      << std::endl;
}

live_stats follow(const top_options& options) {
  boost::json::object filters;
  if (options.of.customer)
    filters["i_customer"] = *options.of.customer;
  if (options.of.no_recursive)
    filters["recursive"] = false;
  return {options.of.server.resolved(), std::move(filters)};
}

// What is on the screen, from what is known now.
std::string page_of(const live_figures& known, const top_options& options, std::size_t height) {
  std::ostringstream text;
  std::size_t lines = frame_lines;
  const auto say = [&](const std::string& sentence) {
    text << sentence << '\n';
    ++lines;
  };
  if (const auto old = staleness(known, std::chrono::steady_clock::now()); !old.empty())
    say("STALE: " + old);
  if (known.last) {
    for (const auto& sentence : sentences(known.last->gaps))
      say(sentence);
    draw(text, *known.last, options, height > lines ? height - lines : 0);
  }
  return text.str();
}

void watch(const live_stats& live, const top_options& options) {
  auto known = live.now();
  auto looked = live_figures::moment{};
  {
    screen page;
    do {
      // The figures stay for an interval, what is said of them does not.
      auto now = live.now();
      const auto due = std::chrono::steady_clock::now() - looked >= options.pause();
      if (due || !known.last)
        looked = std::chrono::steady_clock::now();
      else
        now.last = std::move(known.last);
      known = std::move(now);
      page.show(page_of(known, options, page.height()));
    } while (!known.fatal && !page.quit_pressed(tick));
  }
  if (known.fatal)
    std::rethrow_exception(known.fatal);
}

// Until a signal ends it, or nobody reads it any more. What is stale is said, and not printed.
[[noreturn]] void stream(const live_stats& live, const top_options& options) {
  for (;; std::this_thread::sleep_for(options.pause())) {
    auto known = live.now();
    if (known.fatal)
      std::rethrow_exception(known.fatal);
    if (auto old = staleness(known, std::chrono::steady_clock::now()); !old.empty()) {
      std::cerr << "rollcall: " << old << '\n';
    } else {
      judged(known.last->gaps);
      write_snapshot(std::cout, std::move(*known.last));
    }
  }
}

exit_code look_once(api_client& api, const top_options& options) {
  const auto found = look(api, options);
  if (options.as == format::json)
    write_snapshot(std::cout, found);
  else if (options.as == format::csv)
    write_rows(std::cout, format::csv, top_columns, found.rows);
  else
    draw(std::cout, found, options, found.rows.size());
  return judged(found.gaps);
}

exit_code show_top(top_options options) {
  if (options.as == format::csv && options.interval)
    throw command_error(exit_code::usage, "--csv is one look: --interval does not go with it");
  options.of.choose_customer();
  if (options.as == format::json && options.interval && !options.once)
    stream(follow(options), options);
  if (options.as == format::table && !options.once && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
    watch(follow(options), options);
    // Here and now: a request that has no answer yet is waited for by nobody.
    std::cout.flush();
    std::_Exit(static_cast<int>(exit_code::done));
  }
  api_client api(options.of.server.resolved());
  return look_once(api, options);
}

} // namespace

void add_top(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("top", "Watch the busiest accounts; q quits");
  const auto options = std::make_shared<top_options>();
  add_tree_options(*app, options->of);
  app->add_flag("--once", options->once,
                "Print once and end; so do --json and --csv, and a top without a terminal");
  add_duration(*app, "--interval", options->interval, "Between two looks [1s]; not with --csv");
  add_format_options(*app, options->as);
  app->get_option("--json")->description(
      "One look as an object on one line; with --interval a line for each look, until it is ended");
  app->callback([options, &result] { result = show_top(*options); });
}

} // namespace rollcall::cli
