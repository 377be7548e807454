#pragma once

#include <string>

namespace rollcall {

/// Where a package has the daemon's configuration, and the service manager its state.
inline constexpr auto package_config = "/etc/rollcall/rollcalld.toml";
inline constexpr auto package_state = "/var/lib/rollcall";

/// What a first configuration says; the defaults are those of the file that a package puts where none is.
struct first_config {
  std::string api = "127.0.0.1:8080";
  std::string directory = "sqlite:///var/lib/rollcall/directory.db";
  std::string switch_name;             ///< empty: no switch yet
  std::string secret;                  ///< of a switch that connects to the feed
  std::string feed = "127.0.0.1:9000"; ///< where that is
  std::string evapi;                   ///< empty: the switch connects; else a Kamailio that is dialled
};

/// The text of a configuration file: the API on loopback, metrics on an address of their own, and one switch
/// at most. The values are not checked; parse_config() does that.
std::string minimal_config(const first_config& values = {});

} // namespace rollcall
