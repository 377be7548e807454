#pragma once

#include "apps/config/config_error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall {

struct toml_value;
struct toml_member;
using toml_array = std::vector<toml_value>;
using toml_table = std::vector<toml_member>;

/// A TOML type that no key of ours takes: a float, a date, a time.
struct toml_other {};

/// A value of a TOML file and where it stands. A plain tree, so that one file alone includes the parser.
struct toml_value {
  text_place place;
  std::variant<bool, std::int64_t, std::string, toml_array, toml_table, toml_other> value;
};

struct toml_member {
  std::string key;
  text_place place; ///< of the key
  toml_value value;
};

/// Parses TOML 1.0. Throws config_error for what is none; `file` is for its message only.
toml_table parse_toml(std::string_view text, const std::filesystem::path& file);

} // namespace rollcall
