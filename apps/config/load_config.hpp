#pragma once

#include "apps/config/config.hpp"
#include "apps/config/config_error.hpp"
#include "transport/switches/registry/registry.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// A configuration and how it came about. Keys are dotted: `http.tls.certificate`.
struct loaded_config {
  config value;
  std::map<std::string, text_place>
      places;                         ///< where each key that the file gives stands, the last one of many
  std::vector<std::string> warnings;  ///< `file:line:column: reason`: of keys that are read and do nothing
  std::vector<std::string> defaulted; ///< keys and tables that the file leaves out, in the order of reading
};

/// Reads and checks a configuration file. Throws config_error for a file that cannot be read, is not TOML,
/// has an unknown key, lacks a required one, or has a value that cannot be meant. The files it names are not
/// looked at; check_config() does that.
config load_config(const std::filesystem::path& file);

/// The same with its provenance.
loaded_config load_config_with_places(const std::filesystem::path& file);

/// Reads `[directory] url` alone, and looks at no other key of the file. Throws config_error when the file is
/// not TOML or has no such url.
std::string directory_url_in(const std::filesystem::path& file);

/// The same for a text that is at hand; `file` is for messages only. `kinds` are those of switches that can
/// be dialled.
loaded_config parse_config(std::string_view text, const std::filesystem::path& file,
                           const std::vector<switches::driver_kind>& kinds = switches::registry());

} // namespace rollcall
