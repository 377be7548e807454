#include "apps/rollcall/commands.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

namespace rollcall::cli {

void add_subcommands(CLI::App& tool, exit_code& result) {
  for (const auto add : {&add_calls, &add_suspects, &add_counts, &add_history, &add_limits, &add_watch,
                         &add_stats, &add_disconnect, &add_network, &add_nodes, &add_node, &add_top,
                         &add_directory, &add_config, &add_init, &add_backup, &add_sim})
    add(tool, result);
}

void refuse_empty_values(int argc, const char* const* argv) {
  for (int i = 1; i < argc && argv[i] != std::string_view("--"); ++i)
    if (const std::string_view word = argv[i]; word.starts_with("--") && word.find('=') == word.size() - 1) {
      const std::string name(word.substr(0, word.size() - 1));
      throw CLI::ArgumentMismatch(name + ": no value behind the '='; an empty one is written " + name
                                  + " ''");
    }
}

} // namespace rollcall::cli
