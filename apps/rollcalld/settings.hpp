#pragma once

#include "actors/cluster_board.hpp"
#include "actors/messages.hpp"
#include "apps/config/config.hpp"
#include "domain/directory.hpp"
#include "transport/api/settings.hpp"
#include "transport/feed/switch_table.hpp"
#include "transport/http/digest.hpp"
#include "transport/http/limits.hpp"
#include "transport/kamailio/settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rollcall {

// What the configuration means to each part of the daemon. Pure.

/// Every configured switch whose environment the directory has. One of an unknown environment cannot be let
/// in: its calls would belong to nobody and be invisible.
std::vector<switch_settings> switches_of(const config& config, const directory& dir);

/// Names of configured switches whose environment the directory does not have.
std::vector<switch_name> homeless_switches(const config& config, const directory& dir);

/// Who may connect to the feed, as far as switches_of() has them.
feed::switch_secrets secrets_of(const config& config, const directory& dir);

/// The Kamailios to connect to, as far as switches_of() has them. One that several nodes may connect to is
/// the first one's of those that are up, unless that has been up for a while and is not connected to it.
std::vector<kamailio::settings> kamailios_of(const config& config, const directory& dir,
                                             const cluster_view& others, timestamp now);

/// Fit for http::authenticator.
std::string random_nonce_secret();

/// Checks logins as configured; `nonce_secret` is used when none is configured.
std::shared_ptr<http::authenticator> authenticator_of(const http_config& config,
                                                      const std::string& nonce_secret);

/// True when an authenticator of the one configuration does for the other.
bool same_logins(const http_config& a, const http_config& b);

api::settings api_settings_of(const config& config, directory_ptr dir,
                              std::shared_ptr<http::authenticator> authenticator);

http::limits http_limits_of(const config& config);

} // namespace rollcall
