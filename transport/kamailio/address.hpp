#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// Where to connect to.
struct host_port {
  std::string host; ///< a name or an address, without brackets
  std::string port; ///< digits
  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `host:port`, `[::1]:port`. None for anything else.
std::optional<host_port> parse_host_port(std::string_view text);

/// Where JSON-RPC is served.
struct rpc_url {
  host_port at;
  std::string target; ///< what stands behind the host: `/RPC`
  friend bool operator==(const rpc_url&, const rpc_url&) = default;
};

/// Reads `http://host[:port][/path]`. None for anything else: Kamailio has no password there, and we have no
/// TLS.
std::optional<rpc_url> parse_rpc_url(std::string_view text);

} // namespace rollcall::kamailio
