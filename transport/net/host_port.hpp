#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::net {

/// Where to connect to.
struct host_port {
  std::string host; ///< a name or an address, without brackets
  std::string port; ///< digits
  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `host:port`, `[::1]:port`. None for anything else.
std::optional<host_port> parse_host_port(std::string_view text);

/// As parse_host_port() reads it.
std::string to_string(const host_port& at);

/// True when only this machine can reach it: 127.0.0.0/8, ::1 and `localhost`.
bool is_loopback(const host_port& at);

} // namespace rollcall::net
