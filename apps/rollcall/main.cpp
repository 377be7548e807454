#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "apps/version/version.hpp"
#include "domain/base/visible_text.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace rollcall::cli;

// The table below the help.
std::string exit_codes() {
  std::string text = "Exit codes:\n";
  for (std::size_t code = 0; code < exit_code_meanings.size(); ++code)
    text.append("  ").append(std::to_string(code)).append("  ").append(exit_code_meanings[code]).append("\n");
  return text;
}

int run(int argc, char** argv) {
  CLI::App tool{"rollcall: live calls, listed, counted and hung up"};
  tool.set_version_flag("--version", std::string{"rollcall "} + rollcall::version_with_revision());
  tool.require_subcommand(0, 1); // checked below, so that a mistyped one is named
  tool.footer(exit_codes());
  auto result = exit_code::done;
  add_subcommands(tool, result);
  try {
    refuse_empty_values(argc, argv);
    tool.parse(argc, argv);
    if (tool.get_subcommands().empty())
      throw CLI::RequiredError("A subcommand");
  } catch (const CLI::ParseError& e) {
    return tool.exit(e) == 0 ? 0 : static_cast<int>(exit_code::usage);
  } catch (const command_error& e) {
    std::cerr << "rollcall: " << rollcall::visible_text(e.what()) << '\n';
    return static_cast<int>(e.code());
  }
  return static_cast<int>(result);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto code = run(argc, argv);
    // A cut-off export must not pass for a backup.
    if (!std::cout.flush())
      throw std::runtime_error{"standard output could not be written"};
    return code;
  } catch (const std::exception& e) {
    std::cerr << "rollcall: " << rollcall::visible_text(e.what()) << '\n';
    return static_cast<int>(exit_code::failure);
  }
}
