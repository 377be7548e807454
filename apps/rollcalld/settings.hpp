#pragma once

#include "actors/messages.hpp"
#include "apps/config/config.hpp"
#include "domain/directory/directory.hpp"
#include "transport/api/settings.hpp"
#include "transport/events/stream_registry.hpp"
#include "transport/http/digest.hpp"
#include "transport/http/limits.hpp"
#include "transport/http/message.hpp"
#include "transport/switches/feed/switch_table.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rollcall {

// What the configuration means to each part of the daemon. Pure.

/// Every configured switch whose environment the directory has. One of an unknown environment cannot be let
/// in: its calls would belong to nobody and be invisible.
std::vector<switch_settings> switches_of(const config& config, const directory& dir);

/// Names of configured switches whose environment the directory does not have.
std::vector<switch_name> switches_without_environment(const config& config, const directory& dir);

/// Who may connect to the feed, as far as switches_of() has them.
feed::switch_secrets secrets_of(const config& config, const directory& dir);

/// The secret of the cluster; empty where none is configured.
std::string cluster_secret_of(const config& config);

/// Checks logins as configured.
std::shared_ptr<http::authenticator> authenticator_of(const http_config& config,
                                                      std::vector<http::nonce_key> keys);

/// True when an authenticator of the one configuration does for the other.
bool same_logins(const http_config& a, const http_config& b);

api::settings api_settings_of(const config& config, directory_ptr dir,
                              std::shared_ptr<http::authenticator> authenticator,
                              std::shared_ptr<api::confirmations> confirmations);

struct http_address {
  socket_address address;
  http::door door = http::door::api;
};

/// How many streams there may be.
events::stream_bounds stream_bounds_of(const config& config);

/// Where the API is served, and on which of these addresses trusted mode exists.
std::vector<http_address> http_addresses_of(const http_config& config);

/// `open_files`: descriptors that the process may have. HTTP leaves some for the feed, the cluster and files:
/// connections of strangers must not keep a switch from coming back.
http::limits http_limits_of(const config& config, std::size_t open_files);

} // namespace rollcall
