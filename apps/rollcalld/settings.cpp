#include "apps/rollcalld/settings.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace rollcall {

namespace {

/// Longer than any request may take by itself, so that the answer that says so comes through.
constexpr std::chrono::seconds reply_deadline{60};

/// Descriptors that are not for HTTP: those of the feed, the cluster, switches that are dialled, files and
/// the process itself.
constexpr std::size_t least_reserve = 512;

/// Memory of somebody unknown is held for no longer.
constexpr std::chrono::seconds handshake_deadline{5};

template <class F>
void each_switch(const config& config, F f) {
  for (const auto& each : config.feed.switches)
    f(each.name, each.environment);
  for (const auto& each : config.dialled)
    f(each.name, each.environment);
}

} // namespace

std::vector<switch_settings> switches_of(const config& config, const directory& dir) {
  std::vector<switch_settings> result;
  each_switch(config, [&](const switch_name& name, environment_id environment) {
    if (dir.root(environment))
      result.push_back({name, environment});
  });
  return result;
}

std::vector<switch_name> switches_without_environment(const config& config, const directory& dir) {
  std::vector<switch_name> result;
  each_switch(config, [&](const switch_name& name, environment_id environment) {
    if (!dir.root(environment))
      result.push_back(name);
  });
  return result;
}

feed::switch_secrets secrets_of(const config& config, const directory& dir) {
  feed::switch_secrets result;
  for (const auto& each : config.feed.switches)
    result.emplace(each.name, feed::configured_switch{each.secret, dir.root(each.environment) != nullptr});
  return result;
}

std::string cluster_secret_of(const config& config) {
  return config.cluster ? config.cluster->secret : std::string{};
}

std::shared_ptr<http::authenticator> authenticator_of(const http_config& config,
                                                      std::vector<http::nonce_key> keys) {
  http::authenticator::settings settings;
  settings.realm = config.realm;
  settings.algorithms = config.digest_algorithms;
  settings.keys = std::move(keys);
  return std::make_shared<http::authenticator>(std::move(settings));
}

bool same_logins(const http_config& a, const http_config& b) {
  return a.realm == b.realm && a.digest_algorithms == b.digest_algorithms;
}

api::settings api_settings_of(const config& config, directory_ptr dir,
                              std::shared_ptr<http::authenticator> authenticator,
                              std::shared_ptr<api::confirmations> confirmations) {
  api::settings result;
  result.directory = std::move(dir);
  result.trusted_hosts = http::peer_list::parse(config.http.trusted_hosts);
  result.proxies = http::peer_list::parse(config.http.proxies);
  result.hosts = http::host_list::parse(config.http.hosts);
  result.authenticator = std::move(authenticator);
  result.confirmations = std::move(confirmations);
  result.node = node_id{config.node.id};
  result.ignore_unknown_parameters = config.api.unknown_parameters == unknown_parameters::ignore;
  result.style.ids = config.api.string_ids ? xmlrpc::id_style::strings : xmlrpc::id_style::integers;
  result.style.full_unicode = config.api.full_unicode;
  result.requests_at_once = config.api.requests_at_once;
  result.confirm_above = config.api.confirm_above;
  result.history_minutes = config.history.keep_minutes;
  return result;
}

events::stream_bounds stream_bounds_of(const config& config) {
  return {config.events.max_streams, config.events.max_streams_per_customer};
}

std::vector<http_address> http_addresses_of(const http_config& config) {
  const auto& trusted = config.trusted_listen;
  const auto has = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  std::vector<http_address> result;
  for (const auto& each : config.listen)
    result.push_back({each, trusted.empty() || has(trusted, each) ? http::door::trusted : http::door::api});
  for (const auto& each : trusted)
    if (!has(config.listen, each))
      result.push_back({each, http::door::trusted});
  return result;
}

http::limits http_limits_of(const config& config, std::size_t open_files) {
  http::limits result;
  result.body_bytes = config.http.body_limit;
  result.reply = reply_deadline;
  result.tls_handshake = handshake_deadline;
  const auto reserve = std::min(std::max(least_reserve, open_files / 4), open_files / 2);
  result.connections = std::min(result.connections, open_files - reserve);
  return result;
}

} // namespace rollcall
