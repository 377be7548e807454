#pragma once

#include "transport/net/host_port.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::net {

/// Where something is served over HTTP.
struct http_url {
  net::host_port at;
  std::string target; ///< what stands behind the host: `/RPC`
  friend bool operator==(const http_url&, const http_url&) = default;
};

/// Reads `http://host[:port][/path]`. None for anything else: a password or TLS.
std::optional<http_url> parse_http_url(std::string_view text);

} // namespace rollcall::net
