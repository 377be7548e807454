#pragma once

#include "transport/net/host_port.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// Where JSON-RPC is served.
struct rpc_url {
  net::host_port at;
  std::string target; ///< what stands behind the host: `/RPC`
  friend bool operator==(const rpc_url&, const rpc_url&) = default;
};

/// Reads `http://host[:port][/path]`. None for anything else: Kamailio has no password there, and we have no
/// TLS.
std::optional<rpc_url> parse_rpc_url(std::string_view text);

} // namespace rollcall::kamailio
