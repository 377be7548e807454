#include "apps/config/identity.hpp"

namespace rollcall {

http::tls_context identity_of(const std::optional<tls_config>& tls) {
  if (!tls)
    return nullptr;
  return http::make_tls_context({tls->certificate.string(), tls->key.string(), tls->client_ca.string()});
}

http::tls_context identity_of(const cluster_config& cluster) {
  if (cluster.certificate.empty())
    return nullptr;
  return http::make_peer_tls_context(
      {cluster.certificate.string(), cluster.key.string(), cluster.ca.string()});
}

} // namespace rollcall
