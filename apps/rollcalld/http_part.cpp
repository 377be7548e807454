#include "apps/rollcalld/http_part.hpp"

#include "actors/runtime/log.hpp"
#include "apps/rollcalld/settings.hpp"
#include "apps/rollcalld/usable_identity.hpp"
#include "transport/http/server.hpp"

namespace rollcall {

void start_http(http::server& server, const config& config) {
  bound_http_peers(server, config.http);
  server.set_tls(usable_identity("http.tls", config.http.tls));
  const auto how = config.http.tls ? net::security::tls : net::security::plain;
  for (const auto& [address, door] : http_addresses_of(config.http)) {
    const auto port = server.listen(to_string(address), how, door);
    log::info("rollcalld", "HTTP on {} (port {})", to_string(address), port);
  }
  for (const auto& address : config.metrics.listen) {
    const auto port = server.listen(to_string(address), net::security::plain, http::door::metrics);
    log::info("rollcalld", "metrics on {} (port {})", to_string(address), port);
  }
}

void bound_http_peers(http::server& server, const http_config& config) {
  server.bound_peers(config.connections_per_address, http::peer_list::parse(config.proxies));
}

} // namespace rollcall
