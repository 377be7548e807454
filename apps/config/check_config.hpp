#pragma once

#include "apps/config/config.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What `config check` and `--check` have to say. Each line is complete: `file:line:column: reason`.
struct config_report {
  std::optional<config> value;        ///< none when the file itself is refused
  std::vector<std::string> problems;  ///< why a daemon would not start, whatever becomes of the machine
  std::vector<std::string> obstacles; ///< why it would not start now: files and rights that may change
  std::vector<std::string> warnings;  ///< what works, but may not be meant

  bool good() const { return problems.empty(); }
};

/// Loads a configuration and looks at what it points to: certificates, the directory and its realm. Changes
/// nothing, prints nothing, and throws nothing but std::bad_alloc.
config_report check_config(const std::filesystem::path& file);

} // namespace rollcall
