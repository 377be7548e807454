#pragma once

#include "apps/config/config.hpp"
#include "transport/net/tls.hpp"

#include <optional>

namespace rollcall {

/// The identity that a TLS table names; null without one. Throws std::runtime_error that names the file.
net::tls_context identity_of(const std::optional<tls_config>& tls);

/// By which the nodes of a cluster know each other; null when they are to speak in the clear, on loopback.
/// Throws as identity_of() does.
net::tls_context identity_of(const cluster_config& cluster);

} // namespace rollcall
