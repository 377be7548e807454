#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace rollcall::net {

/// How a listening socket speaks.
enum class security : std::uint8_t { plain, tls };

/// Where a TLS identity lies: PEM files.
struct tls_files {
  std::string certificate; ///< the chain, own certificate first
  std::string key;
  std::string client_ca; ///< when set, clients must show a certificate signed by it
};

/// An identity that is loaded, and whose certificate and key fit together.
using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// A server's TLS context: TLS 1.2 and later, and a client certificate demanded when there is a `client_ca`.
/// Throws std::runtime_error that names the file.
tls_context make_tls_context(const tls_files& files);

/// The context of one that both accepts and connects, and that shows its certificate and demands one of
/// `client_ca` either way; a certificate that is limited to some uses must allow both. Names of hosts are not
/// verified: the authority alone says who belongs. Throws as make_tls_context() does, also without a
/// `client_ca`.
tls_context make_peer_tls_context(const tls_files& files);

/// The context of one that connects to `host`, a name or an address. It believes who shows a certificate for
/// that host that one of `authorities` has signed: certificates, PEM. Where a certificate says for whom it is
/// are its alternative names alone. It shows none itself. Throws std::runtime_error with a reason that reads
/// on after the file's name when there is no certificate in `authorities`, or one that cannot be read.
tls_context make_client_tls_context(const std::string& authorities, const std::string& host);

} // namespace rollcall::net
