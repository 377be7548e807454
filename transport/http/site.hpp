#pragma once

#include "transport/http/header_rules.hpp"
#include "transport/http/message.hpp"
#include "transport/http/peers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::http {

/// Names of hosts, as a Host field or the configuration has them: `calls.example`, `calls.example:8443`,
/// `10.0.0.1`, `[::1]`. One without a port stands for every port. Immutable after parse(): any thread.
class host_list {
public:
  host_list() = default;

  static host_list parse(const std::vector<std::string>& hosts);

  /// True when the value of a Host field names one of these.
  bool names(std::string_view host) const;

  /// The same for the host of an Origin: without a port it is that of its scheme, and no other.
  bool names_origin(std::string_view scheme, std::string_view host) const;

  bool empty() const noexcept { return hosts_.empty(); }

private:
  std::vector<std::string> hosts_; ///< in lower case
};

/// Who this machine is to its own programs: its host name, in full and without the domain.
host_list machine_names();

/// True for a Host that no stranger can have let point here: an IP address, `localhost`, or a name of
/// `machine` or `hosts`. A web page of any other name may be a stranger's whose name server has named our
/// address (DNS rebinding): to the browser we are then that page's own server.
bool is_certain_host(std::string_view host, const host_list& hosts, const host_list& machine);

/// Sets `client` and `secure` of a request: what the socket says, or, when its peer is one of `proxies`, what
/// that says of the request it passes on. `peer` stays: trust never comes from a header.
void identify_client(request& from, const peer_list& proxies);

/// Why a request is refused that a web page of another site has had a browser send: 403. Browsers say so by
/// Sec-Fetch-Site, on addresses that are TLS or loopback, and by Origin. Also for a Host that is none of
/// `hosts`, when there are any, and for what a browser asks of the metrics' own address by a name that
/// anybody may have let point here: 421. `secure` must be set. Looks at every field of a name, not at the
/// first.
std::optional<refusal> check_site(const request& from, const host_list& hosts);

/// Why a request from a trusted host is not trusted (contract, 4.2); empty when nothing speaks against it.
std::string_view distrust(const request& from, const host_list& hosts, const host_list& machine);

} // namespace rollcall::http
