#include "apps/config/check_config.hpp"
#include "apps/config/minimal_config.hpp"
#include "apps/rollcall/commands.hpp"
#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace rollcall::cli {

void add_config(CLI::App& tool, exit_code& result) {
  auto* app = tool.add_subcommand("config", "The daemon's configuration");
  app->require_subcommand(1);
  auto* check =
      app->add_subcommand("check", "Say whether a configuration file is good, or what is wrong where");
  const auto file = std::make_shared<std::string>();
  check->add_option("FILE", *file, "The file")->required();
  check->callback([file, &result] {
    const auto report = check_config(*file);
    for (const auto& line : report.warnings)
      std::cerr << visible_text(line) << " (a warning)\n";
    for (const auto* lines : {&report.problems, &report.obstacles})
      for (const auto& line : *lines)
        std::cerr << visible_text(line) << '\n';
    if (report.good())
      std::cout << visible_text(*file) << ": good\n";
    else
      result = exit_code::failure;
  });
  app->add_subcommand("minimal", "Write the configuration that a package begins with")->callback([] {
    std::cout << minimal_config();
  });
}

} // namespace rollcall::cli
