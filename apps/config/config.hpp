#pragma once

#include "apps/config/socket_address.hpp"
#include "domain/base/ids.hpp"
#include "transport/http/digest_hash.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The configuration file as values, one struct for each table, with the defaults of conf/rollcalld.toml.
/// What each key means is written there; what is checked, in load_config.cpp.
namespace rollcall {

/// What an identity on a TLS server needs. PEM files; paths as written, relative to the working directory.
struct tls_config {
  std::filesystem::path certificate; ///< the chain, own certificate first
  std::filesystem::path key;
  std::filesystem::path client_ca; ///< empty: clients show no certificate
  friend bool operator==(const tls_config&, const tls_config&) = default;
};

struct node_config {
  std::string id; ///< 1-64 printable ASCII characters, no space or comma; never empty after loading
  std::filesystem::path state; ///< empty: state_folder_of() says where
  friend bool operator==(const node_config&, const node_config&) = default;
};

struct http_config {
  std::vector<socket_address> listen{{"127.0.0.1", 8080}};
  std::vector<socket_address> trusted_listen; ///< empty: trusted mode exists on every address of `listen`
  std::vector<std::string> trusted_hosts;     ///< as http::peer_list::parse() reads them
  std::vector<std::string> hosts;             ///< as http::host_list::parse() reads them; empty: any
  std::vector<std::string> proxies;           ///< as trusted_hosts
  std::uint32_t connections_per_address = 256;
  std::string realm = "rollcall";
  std::vector<http::digest_algorithm> digest_algorithms{
      http::digest_algorithm::md5};  ///< each once, never empty
  std::uint32_t body_limit = 65'536; ///< bytes
  std::optional<tls_config> tls;
  friend bool operator==(const http_config&, const http_config&) = default;
};

struct metrics_config {
  std::vector<socket_address> listen; ///< of /metrics and /readyz?verbose without a login
  friend bool operator==(const metrics_config&, const metrics_config&) = default;
};

struct directory_config {
  std::string url; ///< as parse_database_url() reads it
  friend bool operator==(const directory_config&, const directory_config&) = default;
};

struct audit_config {
  std::filesystem::path file;                       ///< empty: audit_file_of() says where
  std::uint64_t backlog = std::uint64_t{64} << 20U; ///< bytes that wait in memory while it cannot be written
  std::uint64_t daily_bytes = std::uint64_t{10} << 20U; ///< of one customer's requests that hang up nothing
  friend bool operator==(const audit_config&, const audit_config&) = default;
};

/// A switch that may connect.
struct feed_switch_config {
  switch_name name;
  std::string secret;
  environment_id environment{1};
  friend bool operator==(const feed_switch_config&, const feed_switch_config&) = default;
};

struct history_config {
  std::filesystem::path file; ///< empty: history_file_of() says where
  std::chrono::milliseconds keep_minutes{std::chrono::hours{7 * 24}};
  std::chrono::milliseconds keep_hours{std::chrono::hours{400 * 24}}; ///< not below keep_minutes
  friend bool operator==(const history_config&, const history_config&) = default;
};

struct feed_config {
  std::vector<socket_address> listen;
  std::vector<feed_switch_config> switches;
  std::uint32_t calls_per_switch = 1'000'000; ///< of any kind of switch
  std::optional<tls_config> tls;
  friend bool operator==(const feed_config&, const feed_config&) = default;
};

/// A switch that this node dials.
struct dialled_config {
  std::string kind; ///< the block that it is configured by, as the registry of drivers has it
  switch_name name; ///< no other switch of the file has it
  socket_address at;
  environment_id environment{1};
  std::vector<std::string> nodes;  ///< that may connect to it, in order of preference; empty: this one
  switches::setting_values values; ///< for its driver
  std::string ca = {};             ///< as switches::dialled has it
  friend bool operator==(const dialled_config&, const dialled_config&) = default;
};

struct calls_config {
  std::chrono::milliseconds dead_linger{32'000};
  std::chrono::milliseconds disconnect_retry{5'000};
  std::chrono::milliseconds ready_grace{5'000};
  std::chrono::milliseconds resume_hang_ups{300'000};
  friend bool operator==(const calls_config&, const calls_config&) = default;
};

/// From when on a call is suspect; 0: never.
struct suspect_config {
  std::chrono::milliseconds setup_over{120'000};
  std::chrono::milliseconds age_over{std::chrono::hours{4}};
  std::chrono::milliseconds disconnecting_over{60'000};
  std::chrono::milliseconds unverified_over{300'000};
  bool no_media = true; ///< false: never
  friend bool operator==(const suspect_config&, const suspect_config&) = default;
};

/// What comes of a parameter that a method does not take.
enum class unknown_parameters : std::uint8_t { fault, ignore };

struct api_config {
  enum unknown_parameters unknown_parameters = rollcall::unknown_parameters::fault;
  bool string_ids = false;
  std::uint32_t requests_at_once = 64;                  ///< of one customer; more get fault 429
  std::chrono::milliseconds disconnect_deadline{5'000}; ///< from the request on, until it is begun
  bool full_unicode = false;                            ///< characters above U+FFFF in answers
  std::uint32_t confirm_above = 0; ///< calls that one disconnect may hang up unconfirmed; 0: any number
  friend bool operator==(const api_config&, const api_config&) = default;
};

/// Streams of events.
struct events_config {
  std::uint32_t max_streams = 1'000;
  std::uint32_t max_streams_per_customer = 50;
  std::uint32_t buffer = 4 << 20;                       ///< bytes of calls that wait for one stream
  std::uint64_t memory = std::uint64_t{256} << 20U;     ///< and for all of them
  std::chrono::milliseconds keep{300'000};              ///< of what a client that comes back may have missed
  std::uint64_t keep_memory = std::uint64_t{64} << 20U; ///< bytes of it
  friend bool operator==(const events_config&, const events_config&) = default;
};

/// What an answer is worth while a node is missing.
enum class missing_node : std::uint8_t { partial, fault };

struct cluster_config {
  std::string name = "rollcall"; ///< nodes of another name are refused
  socket_address listen;
  std::vector<socket_address> peers;
  std::string secret;                ///< empty: none; else lets nodes without certificates in, on loopback
  std::filesystem::path certificate; ///< with key and ca, or all three empty: then every address is loopback
  std::filesystem::path key;
  std::filesystem::path ca;
  enum missing_node missing_node = rollcall::missing_node::partial;
  friend bool operator==(const cluster_config&, const cluster_config&) = default;
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error };
enum class log_format : std::uint8_t { text, json };

struct log_config {
  log_level level = log_level::info;
  log_format format = log_format::text;
  friend bool operator==(const log_config&, const log_config&) = default;
};

struct config {
  node_config node;
  http_config http;
  metrics_config metrics;
  directory_config directory;
  audit_config audit;
  history_config history;
  feed_config feed;
  std::vector<dialled_config> dialled;
  calls_config calls;
  suspect_config suspect;
  api_config api;
  events_config events;
  std::optional<cluster_config> cluster; ///< none: a cluster of one
  log_config log;
  friend bool operator==(const config&, const config&) = default;
};

/// Where the audit log is written: where the file says, else beside a directory that is a file, else in
/// /var/lib/rollcall.
std::filesystem::path audit_file_of(const config& config);

/// The folder of what a node keeps over a restart: where the file says, else $STATE_DIRECTORY, else the
/// folder of the audit log.
std::filesystem::path state_folder_of(const config& config);

/// Where the history is written: where the file says, else `history.db` in that folder.
std::filesystem::path history_file_of(const config& config);
std::filesystem::path history_file_of(const config& config, const std::filesystem::path& state_folder);

} // namespace rollcall
