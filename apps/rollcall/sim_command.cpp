#include "apps/rollcall/arguments.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/files.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/sim_driver.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

constexpr std::uint32_t most_calls = 5'000'000;
constexpr double fill_time = 10; // seconds in which an unset --rate reaches --calls
constexpr auto secret_variable = "ROLLCALL_SIM_SECRET";

// What is typed and still has to be understood.
struct typed {
  std::vector<std::string> connect{"127.0.0.1:9000"};
  std::string secret_file;
  std::string rate;
  std::string accounts = "1-10";
  std::string usernames;
  std::string connections = "1-3";
};

void add_model_options(CLI::App& app, sim_plan& plan, typed& words) {
  app.add_option("--calls", plan.calls, "Live calls to reach and keep")
      ->check(CLI::Range(1U, most_calls))
      ->capture_default_str();
  app.add_option("--rate", words.rate,
                 "New calls a second, or 'max': time itself runs as fast as the node reads "
                 "[fills --calls in ten seconds]");
  add_duration(app, "--mean-duration", plan.mean_duration, "Mean length of a conversation");
  add_duration(app, "--ring", plan.ring, "Mean time from routed to answered");
  app.add_option("--connect-probability", plan.connect_probability, "Share of calls that are answered")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--hold", plan.hold, "Calls never end by themselves");
  app.add_flag("--once", plan.once, "No call takes the place of one that has ended");
  app.add_option("--accounts", words.accounts, "i_account of the callers: 3,5,10-20")->capture_default_str();
  app.add_option("--usernames", words.usernames, "Callers by username instead: 801,802");
  app.add_flag("--account-from-start", plan.account_from_start, "Name the account at once, not at WaitRoute");
  app.add_option("--connections", words.connections, "i_connection of the routes: 1-3")
      ->capture_default_str();
  app.add_option("--seed", plan.seed, "The same seed makes the same calls")->capture_default_str();
}

void add_mischief_options(CLI::App& app, sim_options& options) {
  auto& plan = options.plan;
  const auto share = CLI::Range(0.0, 1.0);
  add_duration(app, "--teardown-delay", plan.teardown_delay, "From Disconnecting to the end");
  app.add_option("--refuse-disconnect", plan.refuse_disconnect, "Share of disconnects refused")->check(share);
  app.add_option("--ignore-disconnect", plan.ignore_disconnect, "Share of disconnects ignored")->check(share);
  app.add_option("--odd-text", plan.odd_text, "Share of calls whose number is hostile text")->check(share);
  add_duration(app, "--drop-every", options.drop_every, "Cut the connection again and again, and come back");
}

void add_link_options(CLI::App& app, sim_link_options& link, typed& words) {
  app.add_option(
         "--connect", words.connect,
         "Nodes to connect to, the next when one fails: host:port[,host:port...], or given several times")
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_option("--name", link.name, "Name of the switch")->capture_default_str();
  app.add_option("--secret", link.secret, "Secret of the switch (better: --secret-file)")
      ->envname(secret_variable);
  app.add_option("--secret-file", words.secret_file, "File whose first line is the secret");
  add_number(app, "--epoch", link.epoch, 0, "Epoch of the first connection [the time of day in ms]");
}

void add_run_options(CLI::App& app, sim_options& options) {
  app.add_option("--pace", options.pace, "Time runs so many times as fast")
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  add_duration(app, "--run-for", options.run_for, "Stop after this time [at a signal]");
  app.add_flag("--hang-up-at-exit", options.hang_up_at_exit, "End all calls before leaving");
  app.add_option("--report-file", options.report_file, "The final report, also printed, as JSON");
  app.add_option("--state-file", options.state_file, "The live calls as JSON lines, on USR1 and at the end");
  app.add_option("--log-level", options.log_level, "What to tell on stderr: error, warn, info")
      ->transform(CLI::CheckedTransformer(std::map<std::string, verbosity>{
          {"error", verbosity::error}, {"warn", verbosity::warn}, {"info", verbosity::info}}));
}

double parse_rate(const std::string& word) {
  char* end = nullptr;
  const auto rate = std::strtod(word.c_str(), &end);
  if (end == word.c_str() || *end != '\0' || !(rate >= 0.001 && rate <= 1e6))
    throw CLI::ValidationError("--rate", "'" + word + "' is neither 'max' nor between 0.001 and 1000000");
  return rate;
}

// Ids of earlier runs are never used again: the run is named by the time it began.
std::string name_of_run(const std::optional<std::int64_t>& epoch) {
  using namespace std::chrono;
  const auto began =
      epoch.value_or(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  char text[20];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(began));
  return text;
}

void understand(const typed& words, sim_options& options) {
  auto& plan = options.plan;
  if (words.rate.empty())
    plan.rate = std::max(1.0, plan.calls / fill_time);
  else if (words.rate != "max")
    plan.rate = parse_rate(words.rate);
  else if (options.pace == 1)
    plan.rate.reset();
  else
    throw CLI::ValidationError("--pace", "with --rate max time runs as fast as the node reads");
  if (!words.usernames.empty())
    plan.usernames = parse_words(words.usernames);
  for (const auto id : parse_ids(words.accounts))
    plan.accounts.emplace_back(id);
  for (const auto id : parse_ids(words.connections))
    plan.connections.emplace_back(id);
  for (const auto& list : words.connect)
    for (auto& node : parse_addresses(list))
      options.link.addresses.push_back(std::move(node));
  options.link.seed = plan.seed;
  if (!words.secret_file.empty())
    options.link.secret = read_secret(words.secret_file);
  plan.run = name_of_run(options.link.epoch);
}

} // namespace

void add_sim(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("sim", "Simulate a switch: calls that start, ring, talk and end");
  const auto options = std::make_shared<sim_options>();
  const auto words = std::make_shared<typed>();
  options->link.name = "sbc-1";
  add_link_options(*app, options->link, *words);
  add_model_options(*app, options->plan, *words);
  add_run_options(*app, *options);
  add_mischief_options(*app, *options);
  app->callback([options, words, &result] {
    try {
      understand(*words, *options);
    } catch (const std::invalid_argument& e) {
      throw CLI::ValidationError("sim", e.what());
    }
    result = sim_driver(std::move(*options)).run();
  });
}

} // namespace rollcall::cli
