#include "transport/http/site.hpp"

#include "transport/http/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <unistd.h>

namespace rollcall::http {

namespace {

constexpr std::string_view http_scheme = "http";
constexpr std::string_view https_scheme = "https";
constexpr std::string_view fetch_fields = "Sec-Fetch-";

/// Fields that a proxy or a browser adds, and no program of the operator's.
constexpr std::array<std::string_view, 5> foreign_fields = {"Forwarded", "X-Forwarded-For", "X-Real-IP",
                                                            "Via", "Origin"};

/// The name of the console's cookie begins with one of these.
constexpr std::array<std::string_view, 2> cookies = {"rollcall-", "__Host-rollcall-"};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

/// `host` of `host:port`; an IPv6 address keeps its brackets.
std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return host;
  return host.substr(0, colon);
}

/// Without the port that the scheme has anyway, as browsers write it.
std::string_view without_default_port(std::string_view scheme, std::string_view host) {
  const std::string_view port = scheme == https_scheme ? ":443" : ":80";
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

/// The address in its usual spelling, an IPv4-mapped one as IPv4; none for what is no address.
std::optional<std::string> canonical_address(std::string_view text) {
  constexpr std::string_view mapped = "::ffff:";
  const std::string terminated{text};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (in_addr v4{}; inet_pton(AF_INET, terminated.c_str(), &v4) == 1)
    return terminated;
  in6_addr v6{};
  if (inet_pton(AF_INET6, terminated.c_str(), &v6) != 1
      || !inet_ntop(AF_INET6, &v6, out.data(), static_cast<socklen_t>(out.size())))
    return std::nullopt;
  std::string address = out.data();
  return IN6_IS_ADDR_V4MAPPED(&v6) ? address.substr(mapped.size()) : address;
}

/// The same for an element of X-Forwarded-For, to which some proxies add the port.
std::optional<std::string> forwarded_address(std::string_view element) {
  if (auto plain = canonical_address(element))
    return plain;
  auto host = without_port(element);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return canonical_address(host);
}

bool is_address(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return canonical_address(host.substr(1, host.size() - 2)).has_value();
  return host.find(':') == std::string_view::npos && canonical_address(host).has_value();
}

/// The last element of the last field of this name: what the proxy next to us has written itself.
std::string_view last_element(const request& from, std::string_view name) {
  std::string_view last;
  for (const auto& [field, value] : from.fields)
    if (iequals(field, name))
      last = value;
  const auto comma = last.rfind(',');
  return trim(comma == std::string_view::npos ? last : last.substr(comma + 1));
}

/// What an absolute target names (RFC 9112, 3.2.2); none for a path.
std::optional<std::string_view> target_host(std::string_view target) {
  const auto scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == std::string_view::npos)
    return std::nullopt;
  target.remove_prefix(scheme_end + 3);
  return target.substr(0, target.find_first_of("/?"));
}

/// What holds nothing of anybody, and is to be reached by a link on any page.
bool is_for_every_site(const request& from) {
  return from.method == "GET" && (from.path == "/" || from.path.starts_with("/console/"));
}

bool is_own_origin(std::string_view origin, std::string_view scheme, std::string_view host,
                   const host_list& hosts) {
  constexpr std::string_view separator = "://";
  const auto written = lower(origin);
  std::string_view rest = written;
  if (!rest.starts_with(scheme) || !rest.substr(scheme.size()).starts_with(separator))
    return false;
  rest.remove_prefix(scheme.size() + separator.size());
  if (rest.empty())
    return false;
  const auto own = lower(host);
  return without_default_port(scheme, rest) == without_default_port(scheme, own)
         || hosts.names_origin(scheme, rest);
}

bool is_from_another_site(const request& from, const host_list& hosts) {
  const auto scheme = from.secure ? https_scheme : http_scheme;
  const auto host = trim(from.value("Host"));
  return std::any_of(from.fields.begin(), from.fields.end(), [&](const field& each) {
    const auto value = trim(each.second);
    if (iequals(each.first, "Sec-Fetch-Site"))
      return !iequals(value, "same-origin") && !iequals(value, "none");
    return iequals(each.first, "Origin") && !is_own_origin(value, scheme, host, hosts);
  });
}

/// True when a Cookie field has a cookie of this name's beginning.
bool has_console_cookie(std::string_view field) {
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    const auto pair = trim(field.substr(0, end));
    if (std::any_of(cookies.begin(), cookies.end(), [&](auto name) { return pair.starts_with(name); }))
      return true;
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return false;
}

/// Fields that every browser sends, whatever a page wants. A page cannot take Accept-Language away, while it
/// can do without Referer, and the others are not sent everywhere. Scrapers send none of them.
bool is_of_browser(const request& from) {
  return std::any_of(from.fields.begin(), from.fields.end(), [](const field& each) {
    return istarts_with(each.first, fetch_fields) || iequals(each.first, "Origin")
           || iequals(each.first, "Referer") || iequals(each.first, "Accept-Language");
  });
}

/// The pages of the metrics' own address need no login. Scrapers also ask for them by an IP address, and by
/// names that only their own configuration has; browsers by a name that a stranger has let point here.
bool is_misdirected(const request& from, std::string_view host, const host_list& hosts) {
  static const auto machine = machine_names();
  if (from.door != door::metrics)
    return !hosts.empty() && !hosts.names(host);
  return !is_certain_host(host, hosts, machine) && (!hosts.empty() || is_of_browser(from));
}

} // namespace

host_list host_list::parse(const std::vector<std::string>& hosts) {
  host_list list;
  std::transform(hosts.begin(), hosts.end(), std::back_inserter(list.hosts_), lower);
  return list;
}

bool host_list::names(std::string_view host) const {
  const auto asked = lower(host);
  return std::any_of(hosts_.begin(), hosts_.end(),
                     [&](const auto& each) { return each == asked || each == without_port(asked); });
}

bool host_list::names_origin(std::string_view scheme, std::string_view host) const {
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const auto& each) {
    return without_default_port(scheme, each) == without_default_port(scheme, host);
  });
}

host_list machine_names() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return {};
  const std::string full = name.data();
  return host_list::parse({full, full.substr(0, full.find('.'))});
}

bool is_certain_host(std::string_view host, const host_list& hosts, const host_list& machine) {
  const auto name = without_port(host);
  return is_address(name) || iequals(name, "localhost") || machine.names(name) || hosts.names(host);
}

void identify_client(request& from, const peer_list& proxies) {
  from.client = from.peer;
  if (proxies.empty() || !proxies.contains(from.peer))
    return;
  if (auto named = forwarded_address(last_element(from, "X-Forwarded-For")))
    from.client = std::move(*named);
  if (iequals(last_element(from, "X-Forwarded-Proto"), https_scheme))
    from.secure = true;
}

std::optional<refusal> check_site(const request& from, const host_list& hosts) {
  const auto* host = from.find("Host");
  if (const auto target = target_host(from.target); target && host && !iequals(*target, trim(*host)))
    return refusal{400, "The request target and Host name different hosts."};
  if (host && is_misdirected(from, trim(*host), hosts))
    return refusal{421, "This host is not served here; see [http] hosts."};
  if (!is_for_every_site(from) && is_from_another_site(from, hosts))
    return refusal{403, "Requests from other sites are refused."};
  return std::nullopt;
}

std::string_view distrust(const request& from, const host_list& hosts, const host_list& machine) {
  if (from.door != door::trusted)
    return "the address it came to is not in [http] trusted_listen";
  for (const auto& [name, value] : from.fields) {
    for (const auto foreign : foreign_fields)
      if (iequals(name, foreign))
        return foreign == "Origin" ? "it has the field Origin of a browser"
               : foreign == "Via"  ? "it has the field Via of a proxy"
                                   : "it was forwarded by a proxy";
    if (istarts_with(name, fetch_fields))
      return "it has a Sec-Fetch field of a browser";
    if (iequals(name, "Cookie") && has_console_cookie(value))
      return "it has the console's cookie";
  }
  if (from.method == "POST" && from.body.empty())
    return "its body is empty, as of a client that is about to log in";
  if (!is_certain_host(trim(from.value("Host")), hosts, machine))
    return "its Host is no IP address, localhost, name of this machine or one of [http] hosts";
  return {};
}

} // namespace rollcall::http
