#pragma once

#include "apps/rollcall/exit_code.hpp"

namespace CLI {
class App;
}

namespace rollcall::cli {

// The subcommands, one file each. Every function adds its subcommand to the tool; the subcommand runs when
// the command line names it, sets `result`, or throws command_error.

void add_calls(CLI::App& tool, exit_code& result);
void add_stats(CLI::App& tool, exit_code& result);
void add_disconnect(CLI::App& tool, exit_code& result);
void add_nodes(CLI::App& tool, exit_code& result);
void add_top(CLI::App& tool, exit_code& result);
void add_directory(CLI::App& tool, exit_code& result);
void add_config(CLI::App& tool, exit_code& result);
void add_sim(CLI::App& tool, exit_code& result);

} // namespace rollcall::cli
