#include "apps/rollcall/as_owner.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/files.hpp"
#include "apps/rollcall/first_start.hpp"
#include "apps/rollcall/options.hpp"
#include "domain/base/visible_text.hpp"
#include "storage/database_url.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace rollcall::cli {

namespace {

/// Asks for what the command line leaves out; an empty answer takes what stands in brackets.
void ask_for(std::string& value, const std::string& what, const std::string& otherwise) {
  if (!value.empty())
    return;
  value = otherwise;
  if (!can_ask())
    return;
  if (const auto answer = answer_to(what, otherwise); !answer.empty())
    value = answer;
}

struct init_options {
  std::string file = package_config;
  std::string password_file;
  std::string login;
  std::string environment;
  std::string api;
  std::string database;
  std::string switch_name;
  std::string feed;
  std::string evapi;
  bool no_restart = false;
};

first_start_plan plan_of(init_options options) {
  first_start_plan plan;
  auto& values = plan.config;
  // Before the first question: nobody should answer five of them in vain.
  refuse_changed_config(options.file);
  ask_for(options.login, "Login of the root customer", "");
  if (options.login.empty())
    throw command_error(exit_code::usage, "--login is missing, and nobody can be asked for it");
  ask_for(options.environment, "Name of the environment", "default");
  ask_for(options.api, "Address of the API", values.api);
  ask_for(options.switch_name, "Name of the first switch, or nothing", "");
  if (options.switch_name.empty() && !(options.evapi.empty() && options.feed.empty()))
    throw command_error(exit_code::usage,
                        "--kamailio and --feed-listen are of a switch, and --switch is missing");
  if (options.evapi.empty() && !options.switch_name.empty())
    ask_for(options.feed, "Address to which switches connect", values.feed);
  plan.file = options.file;
  plan.login = options.login;
  plan.environment = options.environment;
  if (!options.password_file.empty())
    plan.password = read_secret(options.password_file);
  else if (can_ask())
    plan.password =
        secret_answer_to("Password of " + visible_text(options.login) + ", or nothing to have one made");
  values.api = options.api;
  values.switch_name = options.switch_name;
  values.evapi = options.evapi;
  if (!options.feed.empty())
    values.feed = options.feed;
  if (!options.database.empty())
    values.directory = options.database;
  return plan;
}

void run(const init_options& options) {
  auto plan = plan_of(options);
  const auto made = begin(plan);
  std::cout << "directory:     " << visible_text(parse_database_url(plan.config.directory).shown) << '\n'
            << "configuration: " << plan.file << '\n'
            << "API:           " << plan.config.api << '\n'
            << "login:         " << visible_text(plan.login) << '\n';
  if (!made.password.empty())
    std::cout << "password:      " << made.password << "   (it is kept nowhere: write it down)\n";
  if (!plan.config.switch_name.empty() && plan.config.evapi.empty())
    std::cout << "switch:        " << plan.config.switch_name << ", connects to " << plan.config.feed
              << " with secret " << plan.config.secret << '\n';
  else if (!plan.config.switch_name.empty())
    std::cout << "switch:        " << plan.config.switch_name << ", at " << plan.config.evapi << '\n';
  std::cout << std::flush;
  if (!options.no_restart && options.file == package_config && is_run_by_systemd())
    restart_service();
  else
    std::cerr << "rollcall: the daemon takes this configuration when it is started again\n";
}

} // namespace

void add_init(CLI::App& tool, exit_code&) {
  auto* app = tool.add_subcommand(
      "init", "Make the first customer, directory and configuration; asks for what is left out");
  const auto options = std::make_shared<init_options>();
  const auto add = [&](const char* name, std::string& value, const char* help) {
    return app->add_option(name, value, help)->check(not_empty());
  };
  add("--login", options->login, "web_login of the root customer");
  add("--password-file", options->password_file,
      "File whose first line is its password; without: a question, or one is made and shown");
  add("--environment", options->environment, "Name of the environment [default]");
  add("--listen", options->api, "Address of the API [127.0.0.1:8080]");
  add("--switch", options->switch_name, "Name of the first switch");
  add("--feed-listen", options->feed, "Address to which it connects [127.0.0.1:9000]");
  add("--kamailio", options->evapi, "The switch is a Kamailio with this evapi address, and is dialled");
  add("--database", options->database,
      "url of the directory, as in rollcalld.toml [sqlite:///var/lib/rollcall/directory.db]");
  add("--config", options->file, "The configuration file")->capture_default_str();
  app->add_flag("--no-restart", options->no_restart, "Leave the service as it is");
  app->callback([options] { run(*options); });
}

} // namespace rollcall::cli
