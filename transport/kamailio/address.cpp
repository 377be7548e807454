#include "transport/kamailio/address.hpp"

namespace rollcall::kamailio {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view default_port = ":80";

/// Digits of 65535.
constexpr std::size_t port_digits = 5;

} // namespace

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find_first_of(":[]/ ") != host.npos)
    return std::nullopt;
  if (host.empty() || port.empty() || port.size() > port_digits
      || port.find_first_not_of("0123456789") != port.npos)
    return std::nullopt;
  return host_port{std::string{host}, std::string{port}};
}

std::optional<rpc_url> parse_rpc_url(std::string_view text) {
  if (!text.starts_with(scheme))
    return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto slash = text.find('/');
  std::string authority{text.substr(0, slash)};
  if (authority.find(':', authority.rfind(']') == authority.npos ? 0 : authority.rfind(']'))
      == authority.npos)
    authority += default_port;
  const auto at = parse_host_port(authority);
  const auto target = slash == text.npos ? std::string_view{"/"} : text.substr(slash);
  if (!at || target.find_first_of(" \t\r\n") != target.npos)
    return std::nullopt;
  return rpc_url{*at, std::string{target}};
}

} // namespace rollcall::kamailio
