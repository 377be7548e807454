#pragma once

#include "apps/rollcall/exit_code.hpp"

namespace CLI {
class App;
}

namespace rollcall::cli {

// The subcommands, one file each. Every function adds its subcommand to the tool; the subcommand runs when
// the command line names it, sets `result`, or throws command_error.

void add_calls(CLI::App& tool, exit_code& result);
void add_suspects(CLI::App& tool, exit_code& result);
void add_counts(CLI::App& tool, exit_code& result);
void add_history(CLI::App& tool, exit_code& result);
void add_limits(CLI::App& tool, exit_code& result);
void add_watch(CLI::App& tool, exit_code& result);
void add_stats(CLI::App& tool, exit_code& result);
void add_disconnect(CLI::App& tool, exit_code& result);
void add_nodes(CLI::App& tool, exit_code& result);
void add_node(CLI::App& tool, exit_code& result);
void add_network(CLI::App& tool, exit_code& result);
void add_top(CLI::App& tool, exit_code& result);
void add_directory(CLI::App& tool, exit_code& result);
void add_config(CLI::App& tool, exit_code& result);
void add_backup(CLI::App& tool, exit_code& result);
void add_init(CLI::App& tool, exit_code& result);
void add_sim(CLI::App& tool, exit_code& result);

/// Adds all of them, in the order in which --help shows them.
void add_subcommands(CLI::App& tool, exit_code& result);

/// Throws CLI::ParseError for `--name=`: CLI11 would take the argument behind it for the value.
void refuse_empty_values(int argc, const char* const* argv);

} // namespace rollcall::cli
