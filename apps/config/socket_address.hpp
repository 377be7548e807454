#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall {

/// A host and a TCP port, as the configuration writes them: `10.0.0.1:80`, `[::1]:80`, `host.example:80`.
struct socket_address {
  std::string host; ///< an IPv4 or IPv6 address, without brackets, or a host name
  std::uint16_t port = 0;
  friend bool operator==(const socket_address&, const socket_address&) = default;
};

/// Throws std::invalid_argument saying what an address looks like. Port 0 is taken: it listens on any free
/// one.
socket_address parse_socket_address(std::string_view text);

/// As parse_socket_address() reads it.
std::string to_string(const socket_address& address);

/// True when only this machine can reach it: 127.0.0.0/8, ::1 and `localhost`.
bool is_loopback(const socket_address& address);

} // namespace rollcall
