#pragma once

#include "apps/config/load_config.hpp"
#include "tests/unit/storage_folder.hpp"

#include <string>

// Configurations as text, for the tests of how they are read.
namespace rollcall::config_text {

/// Two lines, with what every configuration must have.
inline const std::string minimal = "[directory]\nurl = \"sqlite:///x.db\"\n";

inline config parsed(const std::string& text) { return parse_config(text, "c.toml").value; }

/// The refusal of `minimal` and what follows it.
inline std::string refused(const std::string& text) {
  return testing::refusal<config_error>([&] { parsed(minimal + text); });
}

} // namespace rollcall::config_text
