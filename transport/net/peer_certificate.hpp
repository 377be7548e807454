#pragma once

#include "transport/net/tls.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_st;   // OpenSSL's SSL
struct stack_st; // OpenSSL's STACK_OF(...)

namespace rollcall::net {

/// The certificate that the other end of a TLS connection has shown, with the chain that came with it. Empty
/// when it has shown none. Immutable; copies share it; any thread.
class peer_certificate {
public:
  peer_certificate() = default;

  /// Of a connection whose handshake is over.
  explicit peer_certificate(const ssl_st* connection);

  explicit operator bool() const noexcept { return chain_ != nullptr; }

  /// Whom it was issued to: the common name of its subject and its alternative DNS names, as written.
  std::vector<std::string> names() const;

  /// True while an authority of this identity vouches for it: it may have been taken out of the identity's
  /// authorities since the handshake, or the certificate may have expired.
  bool is_trusted_by(const tls_context& identity) const;

private:
  std::shared_ptr<stack_st> chain_; ///< own certificate first
};

} // namespace rollcall::net
