#pragma once

#include "apps/rollcall/options.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rollcall::cli {

/// Whose accounts are counted: by default the caller's whole tree.
struct tree_options {
  server_options server;
  std::optional<std::int64_t> customer; ///< none: the caller
  bool no_recursive = false;

  /// Names the customer that trusted mode means when none is named, and says so on stderr.
  void choose_customer();

  /// `customer 2 and its subcustomers`, safe for terminals.
  std::string whose() const;
};

/// `--customer`, `--no-recursive` and those of the server.
void add_tree_options(CLI::App& app, tree_options& options);

} // namespace rollcall::cli
