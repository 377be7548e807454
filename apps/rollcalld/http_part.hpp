#pragma once

#include "apps/config/config.hpp"

namespace rollcall {

namespace http {
class server;
}

/// Takes the identity, the bounds and the addresses of the configuration: those of the API and those of the
/// metrics. Throws unusable_config, or std::system_error when an address cannot be bound.
void start_http(http::server& server, const config& config);

/// How much one address can take; also after a reload. Throws nothing for a configuration that was loaded.
void bound_http_peers(http::server& server, const http_config& config);

} // namespace rollcall
