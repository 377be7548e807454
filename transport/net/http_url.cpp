#include "transport/net/http_url.hpp"

#include <algorithm>

namespace rollcall::net {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view default_port = ":80";

} // namespace

std::optional<http_url> parse_http_url(std::string_view text) {
  if (!text.starts_with(scheme))
    return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto slash = text.find('/');
  std::string authority{text.substr(0, slash)};
  if (authority.find(':', authority.rfind(']') == authority.npos ? 0 : authority.rfind(']'))
      == authority.npos)
    authority += default_port;
  const auto at = net::parse_host_port(authority);
  const auto target = slash == text.npos ? std::string_view{"/"} : text.substr(slash);
  const auto graphic = [](char c) { return c > ' ' && c < '\x7F'; };
  if (!at || authority.find_first_of("@?#") != authority.npos
      || !std::all_of(authority.begin(), authority.end(), graphic)
      || !std::all_of(target.begin(), target.end(), graphic))
    return std::nullopt;
  return http_url{*at, std::string{target}};
}

} // namespace rollcall::net
