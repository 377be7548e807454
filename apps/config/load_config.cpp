#include "apps/config/load_config.hpp"

#include "apps/config/config_section.hpp"
#include "apps/config/config_values.hpp"
#include "apps/config/read_switch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <variant>

namespace rollcall {

namespace {

using namespace std::chrono_literals;
namespace values = config_values;

// What conf/rollcalld.toml says of each of these keys holds here.
constexpr std::int64_t body_limit_least = 1024; // bytes
constexpr std::int64_t body_limit_most = 64 * 1024 * 1024;
constexpr std::int64_t connections_per_address_most = 10'000;
constexpr std::int64_t audit_backlog_least = 1024 * 1024; // bytes
constexpr std::int64_t audit_backlog_most = std::int64_t{16} * 1024 * 1024 * 1024;
constexpr std::int64_t audit_daily_bytes_most = std::int64_t{1} << 40;
constexpr std::chrono::milliseconds keep_minutes_least = 2h; // an hour is made of minutes when it is over
constexpr std::chrono::milliseconds keep_history_most = 24h * 3650;
constexpr std::int64_t requests_at_once_most = 100'000;
constexpr std::int64_t confirm_above_most = 1'000'000'000;
constexpr std::int64_t streams_most = 100'000;
constexpr std::int64_t stream_buffer_least = 64 * 1024; // bytes
constexpr std::int64_t stream_buffer_most = 1024 * 1024 * 1024;
constexpr std::chrono::milliseconds events_keep_most = 24h;
constexpr std::int64_t events_memory_least = 1024 * 1024; // bytes
constexpr std::int64_t events_memory_most = std::int64_t{16} * 1024 * 1024 * 1024;
constexpr std::chrono::milliseconds dead_linger_most = 1h;
constexpr std::int64_t calls_per_switch_most = 100'000'000;
constexpr std::chrono::milliseconds disconnect_retry_least = 100ms;
constexpr std::chrono::milliseconds disconnect_retry_most = 1h;
constexpr std::chrono::milliseconds disconnect_deadline_least = 1s;
constexpr std::chrono::milliseconds disconnect_deadline_most = 30s; // longest_order in actors/order_time.hpp
constexpr std::chrono::milliseconds ready_grace_most = 10min;
constexpr std::chrono::milliseconds resume_hang_ups_most = 24h;
constexpr std::chrono::milliseconds suspect_over_most = 24h * 365;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0)
    throw std::system_error{errno, std::generic_category(), "asking for the host name"};
  return name.data();
}

void read_node(const config_section& in, node_config& out) {
  in.read("id", out.id, values::node_id);
  in.read("state", out.state);
  if (!out.id.empty())
    return;
  try {
    out.id = values::node_id(host_name());
  } catch (const std::exception&) {
    in.fail("id", "is required, because the host name does not make one");
  }
}

std::optional<tls_config> read_tls(const config_section& parent) {
  const auto in = parent.optional_table("tls", {"certificate", "key", "client_ca"});
  if (!in)
    return std::nullopt;
  tls_config out;
  in->read("certificate", out.certificate);
  in->read("key", out.key);
  in->read("client_ca", out.client_ca);
  for (const auto* path : {&out.certificate, &out.key})
    if (path->empty())
      in->fail(path == &out.key ? "key" : "certificate", "is required");
  return out;
}

void read_http(const config_section& in, http_config& out) {
  in.read_list("listen", out.listen, parse_socket_address);
  in.read_list("trusted_listen", out.trusted_listen, parse_socket_address);
  in.read_list("trusted_hosts", out.trusted_hosts, values::address_block);
  in.read_list("hosts", out.hosts, values::http_host);
  in.read_list("proxies", out.proxies, values::address_block);
  in.read("realm", out.realm, values::realm);
  in.read_list("digest_algorithms", out.digest_algorithms, values::digest_algorithm);
  in.read("connections_per_address", out.connections_per_address, 1, connections_per_address_most);
  in.read("body_limit", out.body_limit, body_limit_least, body_limit_most);
  in.without_effect("nonce_secret",
                    "nonces are keyed by [cluster] secret, or where there is none by a secret that the "
                    "node makes and keeps itself");
  out.tls = read_tls(in);
  auto offered = out.digest_algorithms;
  std::sort(offered.begin(), offered.end());
  if (offered.empty() || std::adjacent_find(offered.begin(), offered.end()) != offered.end())
    in.fail("digest_algorithms", "must name MD5, SHA-256, or each of them once");
}

void read_directory(const config_section& in, directory_config& out) {
  in.require("url");
  in.read("url", out.url, values::directory_url);
}

void read_audit(const config_section& in, audit_config& out) {
  in.read("file", out.file, values::audit_file);
  in.read("backlog", out.backlog, audit_backlog_least, audit_backlog_most);
  in.read("daily_bytes", out.daily_bytes, 0, audit_daily_bytes_most);
}

void read_history(const config_section& in, history_config& out) {
  in.read("file", out.file, values::audit_file);
  in.read("keep_minutes", out.keep_minutes, keep_minutes_least, keep_history_most);
  in.read("keep_hours", out.keep_hours, keep_minutes_least, keep_history_most);
  if (out.keep_hours < out.keep_minutes)
    in.fail("keep_hours", "must not be shorter than keep_minutes, of which hours are made");
}

void read_feed(const config_section& in, feed_config& out, std::vector<switch_name>& taken) {
  in.read_list("listen", out.listen, parse_socket_address);
  in.read("calls_per_switch", out.calls_per_switch, 1, calls_per_switch_most);
  for (const auto& block : in.tables("switch", {"name", "secret", "secret_file", "i_environment"})) {
    auto& added = out.switches.emplace_back();
    read_switch(block, added.name, added.environment, taken);
    read_secret(block, added.secret, values::secret);
    if (added.secret.empty())
      block.require("secret");
  }
  out.tls = read_tls(in);
}

void read_calls(const config_section& in, calls_config& out) {
  in.read("dead_linger", out.dead_linger, 0s, dead_linger_most);
  in.read("disconnect_retry", out.disconnect_retry, disconnect_retry_least, disconnect_retry_most);
  in.read("ready_grace", out.ready_grace, 0s, ready_grace_most);
  in.read("resume_hang_ups", out.resume_hang_ups, 0s, resume_hang_ups_most);
}

void read_suspect(const config_section& in, suspect_config& out) {
  in.read("setup_over", out.setup_over, 0s, suspect_over_most);
  in.read("age_over", out.age_over, 0s, suspect_over_most);
  in.read("disconnecting_over", out.disconnecting_over, 0s, suspect_over_most);
  in.read("unverified_over", out.unverified_over, 0s, suspect_over_most);
  in.read("no_media", out.no_media);
}

void read_api(const config_section& in, api_config& out) {
  in.read("unknown_parameters", out.unknown_parameters, values::unknown_parameters);
  in.read("string_ids", out.string_ids);
  in.read("full_unicode", out.full_unicode);
  in.read("requests_at_once", out.requests_at_once, 1, requests_at_once_most);
  in.read("confirm_above", out.confirm_above, 0, confirm_above_most);
  in.read("disconnect_deadline", out.disconnect_deadline, disconnect_deadline_least,
          disconnect_deadline_most);
}

void read_events(const config_section& in, events_config& out) {
  in.read("max_streams", out.max_streams, 0, streams_most);
  in.read("max_streams_per_customer", out.max_streams_per_customer, 0, streams_most);
  in.read("buffer", out.buffer, stream_buffer_least, stream_buffer_most);
  in.read("memory", out.memory, events_memory_least, events_memory_most);
  in.read("keep", out.keep, 0s, events_keep_most);
  in.read("keep_memory", out.keep_memory, events_memory_least, events_memory_most);
}

/// Nodes trust each other's word, so that nobody else may speak where they do.
void check_cluster_is_private(const config_section& in, const cluster_config& cluster) {
  const bool any = !cluster.certificate.empty() || !cluster.key.empty() || !cluster.ca.empty();
  const bool all = !cluster.certificate.empty() && !cluster.key.empty() && !cluster.ca.empty();
  if (all)
    return;
  if (any)
    in.fail(cluster.certificate.empty() ? "certificate"
            : cluster.key.empty()       ? "key"
                                        : "ca",
            "is required: certificate, key and ca go together");
  const auto reason = [](const socket_address& address) {
    return to_string(address) + " is not loopback, which takes certificate, key and ca";
  };
  if (!is_loopback(cluster.listen))
    in.fail("listen", reason(cluster.listen));
  for (const auto& peer : cluster.peers)
    if (!is_loopback(peer))
      in.fail("peers", reason(peer));
}

void read_cluster(const config_section& in, cluster_config& out) {
  in.read("missing_node", out.missing_node, values::missing_node);
  in.read("name", out.name, values::node_id);
  in.require("listen");
  in.read("listen", out.listen, parse_socket_address);
  in.read_list("peers", out.peers, values::remote_address);
  read_secret(in, out.secret, values::cluster_secret);
  in.read("certificate", out.certificate);
  in.read("key", out.key);
  in.read("ca", out.ca);
  check_cluster_is_private(in, out);
}

void read_log(const config_section& in, log_config& out) {
  in.read("level", out.level, values::log_level);
  in.read("format", out.format, values::log_format);
}

bool is_one_of(const socket_address& address, const std::vector<socket_address>& all) {
  return std::find(all.begin(), all.end(), address) != all.end();
}

/// One address can be bound once.
void refuse_addresses_used_twice(const config_section& file, const config& all) {
  std::vector<socket_address> taken;
  const auto take = [&](const char* key, const std::vector<socket_address>& addresses) {
    for (const auto& address : addresses) {
      if (address.port != 0 && std::find(taken.begin(), taken.end(), address) != taken.end())
        file.fail(key, "listens on " + to_string(address) + ", which is used already");
      taken.push_back(address);
    }
  };
  take("http", all.http.listen);
  std::vector<socket_address> only_trusted;
  std::copy_if(all.http.trusted_listen.begin(), all.http.trusted_listen.end(),
               std::back_inserter(only_trusted),
               [&](const auto& address) { return !is_one_of(address, all.http.listen); });
  take("http", only_trusted);
  take("metrics", all.metrics.listen);
  take("feed", all.feed.listen);
  if (all.cluster)
    take("cluster", {all.cluster->listen});
}

/// A node that is not named would never know when it is its turn.
void refuse_switches_of_others(const config_section& file, const config& all) {
  for (const auto& one : all.dialled)
    if (!one.nodes.empty() && std::find(one.nodes.begin(), one.nodes.end(), all.node.id) == one.nodes.end())
      file.fail(one.kind, "'" + one.name.value() + "' is connected to by nodes that this one, " + all.node.id
                              + ", is not of");
}

void read_file(const config_section& in, const std::vector<switches::driver_kind>& kinds, config& out) {
  std::vector<switch_name> names;
  read_node(in.table("node", {"id", "state"}), out.node);
  read_http(
      in.table("http", {"listen", "trusted_listen", "trusted_hosts", "hosts", "proxies", "realm",
                        "digest_algorithms", "body_limit", "connections_per_address", "nonce_secret", "tls"}),
      out.http);
  in.table("metrics", {"listen"}).read_list("listen", out.metrics.listen, parse_socket_address);
  read_directory(in.table("directory", {"url"}), out.directory);
  read_audit(in.table("audit", {"file", "backlog", "daily_bytes"}), out.audit);
  read_history(in.table("history", {"file", "keep_minutes", "keep_hours"}), out.history);
  read_feed(in.table("feed", {"listen", "calls_per_switch", "switch", "tls"}), out.feed, names);
  for (const auto& kind : kinds)
    for (const auto& block : in.tables(kind.block, keys_of(kind)))
      read_dialled(block, kind, out.dialled.emplace_back(), names);
  read_calls(in.table("calls", {"dead_linger", "disconnect_retry", "ready_grace", "resume_hang_ups"}),
             out.calls);
  read_suspect(
      in.table("suspect", {"setup_over", "age_over", "disconnecting_over", "unverified_over", "no_media"}),
      out.suspect);
  read_api(in.table("api", {"unknown_parameters", "string_ids", "full_unicode", "requests_at_once",
                            "disconnect_deadline", "confirm_above"}),
           out.api);
  read_events(in.table("events", {"max_streams", "max_streams_per_customer", "buffer", "memory", "keep",
                                  "keep_memory"}),
              out.events);
  if (const auto cluster = in.optional_table("cluster", {"name", "listen", "peers", "secret", "secret_file",
                                                         "certificate", "key", "ca", "missing_node"}))
    read_cluster(*cluster, out.cluster.emplace());
  read_log(in.table("log", {"level", "format"}), out.log);
  refuse_addresses_used_twice(in, out);
  refuse_switches_of_others(in, out);
}

std::string contents(const std::filesystem::path& file) {
  const auto refuse = [&](const std::error_code& why) {
    throw config_error{file, {}, "cannot be read: " + why.message()};
  };
  if (std::error_code none; std::filesystem::is_directory(file, none))
    refuse(std::make_error_code(std::errc::is_a_directory));
  errno = 0;
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf(), !in.bad()))
    refuse({errno, std::generic_category()});
  return text.str();
}

} // namespace

std::string directory_url_in(const std::filesystem::path& file) {
  const auto tree = parse_toml(contents(file), file);
  config_reading reading{file, {}};
  config_section::keys all;
  for (const auto& member : tree)
    all.push_back(member.key);
  directory_config directory;
  read_directory(config_section{reading, tree, all}.table("directory", {"url"}), directory);
  return directory.url;
}

loaded_config parse_config(std::string_view text, const std::filesystem::path& file,
                           const std::vector<switches::driver_kind>& kinds) {
  const auto tree = parse_toml(text, file);
  config_reading reading{file, {}};
  config_section::keys keys{"node", "http", "metrics", "directory", "audit", "history", "feed"};
  for (const auto& each : kinds)
    keys.push_back(each.block);
  keys.insert(keys.end(), {"calls", "suspect", "api", "events", "cluster", "log"});
  read_file({reading, tree, keys}, kinds, reading.loaded.value);
  return std::move(reading.loaded);
}

loaded_config load_config_with_places(const std::filesystem::path& file) {
  return parse_config(contents(file), file);
}

config load_config(const std::filesystem::path& file) { return load_config_with_places(file).value; }

} // namespace rollcall
