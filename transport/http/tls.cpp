#include "transport/http/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <stdexcept>
#include <string>

namespace rollcall::http {

namespace ssl = boost::asio::ssl;

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& file,
                         const boost::system::error_code& ec) {
  throw std::runtime_error(what + " '" + file + "': " + ec.message());
}

tls_context make_context(ssl::context::method role, const tls_files& files) {
  auto context = std::make_shared<ssl::context>(role);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3
                       | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code ec;
  if (context->use_certificate_chain_file(files.certificate, ec); ec)
    refuse("TLS certificate", files.certificate, ec);
  if (context->use_private_key_file(files.key, ssl::context::pem, ec); ec)
    refuse("TLS key", files.key, ec);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    throw std::runtime_error("TLS key '" + files.key + "' does not belong to certificate '"
                             + files.certificate + "'");
  if (!files.client_ca.empty()) {
    if (context->load_verify_file(files.client_ca, ec); ec)
      refuse("TLS authority", files.client_ca, ec);
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  return context;
}

} // namespace

tls_context make_tls_context(const tls_files& files) { return make_context(ssl::context::tls_server, files); }

tls_context make_peer_tls_context(const tls_files& files) {
  if (files.client_ca.empty())
    throw std::runtime_error("TLS between nodes needs the certificate of an authority");
  return make_context(ssl::context::tls, files);
}

} // namespace rollcall::http
