#include "apps/config/config_values.hpp"

#include "storage/database_url.hpp"
#include "transport/http/peers.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rollcall::config_values {

namespace {

constexpr std::size_t node_id_limit = 64;
constexpr std::size_t switch_name_limit = 32;
constexpr std::size_t realm_limit = 128;
constexpr std::size_t cluster_secret_least = 32; // bytes; what HMAC with SHA-256 takes up

[[noreturn]] void refuse(const std::string& reason) { throw std::invalid_argument{reason}; }

bool is_graphic(char c) { return c > ' ' && c < '\x7F'; }

bool is_switch_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

template <class Fits>
bool sized(std::string_view text, std::size_t most, Fits fits) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), fits);
}

/// The value of an enum whose names are listed in its order.
template <class Enum, std::size_t Size>
Enum one_of(std::string_view text, const std::array<std::string_view, Size>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end())
    return static_cast<Enum>(found - names.begin());
  std::string all;
  for (const auto name : names)
    all.append(all.empty() ? "\"" : ", \"").append(name).append("\"");
  refuse("must be one of " + all);
}

} // namespace

std::string node_id(std::string_view text) {
  if (!sized(text, node_id_limit, [](char c) { return is_graphic(c) && c != ','; }))
    refuse("must be 1-64 printable ASCII characters without space and comma");
  return std::string{text};
}

rollcall::switch_name switch_name(std::string_view text) {
  if (!sized(text, switch_name_limit, is_switch_character))
    refuse("must be 1-32 of a-z 0-9 . _ -");
  return rollcall::switch_name{std::string{text}};
}

std::string secret(std::string_view text) {
  if (text.empty())
    refuse("must not be empty");
  return std::string{text};
}

std::string cluster_secret(std::string_view text) {
  if (text.size() < cluster_secret_least)
    refuse("must be at least 32 bytes");
  return std::string{text};
}

std::string realm(std::string_view text) {
  if (!sized(text, realm_limit, [](char c) { return (is_graphic(c) || c == ' ') && c != '"' && c != '\\'; }))
    refuse("must be 1-128 printable ASCII characters without quotes and backslashes");
  return std::string{text};
}

std::string address_block(std::string_view text) {
  std::string block{text};
  http::peer_list::parse({block});
  return block;
}

std::string http_host(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && !text.ends_with(']');
  parse_socket_address(has_port ? std::string{text} : std::string{text} + ":80");
  return std::string{text};
}

http::digest_algorithm digest_algorithm(std::string_view text) {
  const auto algorithm = http::parse_digest_algorithm(text);
  if (!algorithm)
    refuse("must be of \"MD5\" and \"SHA-256\"");
  return *algorithm;
}

std::string directory_url(std::string_view text) {
  parse_database_url(text);
  return std::string{text};
}

std::filesystem::path audit_file(std::string_view text) {
  if (text.ends_with('/') || text.find('\0') != std::string_view::npos)
    refuse("must be the path of a file");
  return std::filesystem::path{text};
}

socket_address remote_address(std::string_view text) {
  auto address = parse_socket_address(text);
  if (address.port == 0)
    refuse("needs a port to connect to");
  return address;
}

enum unknown_parameters unknown_parameters(std::string_view text) {
  return one_of<enum unknown_parameters>(text, std::array<std::string_view, 2>{"fault", "ignore"});
}

enum missing_node missing_node(std::string_view text) {
  return one_of<enum missing_node>(text, std::array<std::string_view, 2>{"partial", "fault"});
}

enum log_level log_level(std::string_view text) {
  return one_of<enum log_level>(text,
                                std::array<std::string_view, 5>{"trace", "debug", "info", "warn", "error"});
}

enum log_format log_format(std::string_view text) {
  return one_of<enum log_format>(text, std::array<std::string_view, 2>{"text", "json"});
}

} // namespace rollcall::config_values
