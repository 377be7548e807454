#include "apps/config/identity.hpp"

namespace rollcall {

net::tls_context identity_of(const std::optional<tls_config>& tls) {
  if (!tls)
    return nullptr;
  return net::make_tls_context({tls->certificate.string(), tls->key.string(), tls->client_ca.string()});
}

net::tls_context identity_of(const cluster_config& cluster) {
  if (cluster.certificate.empty())
    return nullptr;
  return net::make_peer_tls_context(
      {cluster.certificate.string(), cluster.key.string(), cluster.ca.string()});
}

} // namespace rollcall
