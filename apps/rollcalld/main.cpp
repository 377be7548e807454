#include "actors/runtime/log.hpp"
#include "apps/config/check_config.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcalld/advice.hpp"
#include "apps/rollcalld/daemon.hpp"
#include "apps/rollcalld/exit_code.hpp"
#include "apps/rollcalld/large_pages.hpp"
#include "apps/rollcalld/logging.hpp"
#include "apps/rollcalld/open_files.hpp"
#include "apps/version/version.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>

namespace {

using rollcall::daemon_exit;

// What hinders a start is not the configuration's fault, and nothing that a daemon which runs would stop for.
daemon_exit verdict_of(const rollcall::config_report& report) {
  return report.good() ? daemon_exit::clean : daemon_exit::bad_config;
}

void print_reasons(const rollcall::config_report& report) {
  for (const auto* lines : {&report.problems, &report.obstacles})
    for (const auto& line : *lines)
      std::cerr << line << '\n';
}

daemon_exit check(const std::string& file) {
  const auto report = rollcall::check_config(file);
  print_reasons(report);
  for (const auto& line : report.warnings)
    std::cerr << line << " (warning)\n";
  return verdict_of(report);
}

daemon_exit stop_at(const std::string& file, const rollcall::unusable_config& reason, daemon_exit code) {
  const auto loaded = rollcall::load_config_with_places(file);
  const auto found = loaded.places.find(reason.key);
  const auto place = found != loaded.places.end() ? found->second : rollcall::text_place{};
  std::cerr << rollcall::config_error{file, place, reason.what()}.what() << '\n';
  return code;
}

daemon_exit serve(const std::string& file) {
  const auto report = rollcall::check_config(file);
  print_reasons(report);
  if (!report.good())
    return daemon_exit::bad_config;
  if (!report.obstacles.empty())
    return daemon_exit::unavailable;
  rollcall::set_up_logging(report.value->log);
  for (const auto& line : report.warnings)
    rollcall::log::warn("config", "{}", line);
  try {
    rollcall::daemon daemon{file, *report.value};
    daemon.start();
    daemon.run();
    return daemon_exit::clean;
  } catch (const rollcall::unavailable& e) {
    return stop_at(file, e, daemon_exit::unavailable);
  } catch (const rollcall::unusable_config& e) {
    return stop_at(file, e, daemon_exit::bad_config);
  } catch (const std::system_error& e) {
    std::cerr << "rollcalld: " << e.what() << rollcall::advice_for(e.code()) << '\n';
    return daemon_exit::unavailable;
  }
}

// These signals would end the process. The reader of our log may go (PIPE), and log rotation or a mistyped
// kill (USR1, USR2) is no reason to lose sight of a million calls. A HUP during the start comes too early:
// the configuration is being read. Once the daemon is up, HUP is a reload.
void ignore_signals() {
  for (const auto signal : {SIGPIPE, SIGUSR1, SIGUSR2, SIGHUP})
    std::signal(signal, SIG_IGN);
}

} // namespace

int main(int argc, char** argv) {
  ignore_signals();
  rollcall::use_large_pages();
  rollcall::raise_open_files();
  CLI::App app{"rollcalld: one node of rollcall, the live-call registry that tells the truth"};
  std::string file;
  bool only_check = false;
  app.add_option("--config", file, "the configuration file (TOML)")->required();
  app.add_flag("--check", only_check, "say whether the configuration is good, and exit");
  app.set_version_flag("--version", std::string{"rollcalld "} + rollcall::version_with_revision());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(daemon_exit::usage);
  }
  auto code = daemon_exit::failure;
  try {
    code = only_check ? check(file) : serve(file);
  } catch (const std::exception& e) {
    std::cerr << "rollcalld: " << e.what() << '\n';
  }
  // The process ends here and now: a million actors need not be taken down one by one, the kernel frees them
  // all at once. What must not be lost is on disk and on the wire by now.
  std::cout.flush();
  std::cerr.flush();
  std::_Exit(static_cast<int>(code));
}
