#include "transport/net/tls.hpp"

#include "transport/net/certificate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>

namespace rollcall::net {

namespace ssl = boost::asio::ssl;

namespace {

/// What TLS 1.2 may use: forward secrecy and authenticated encryption. TLS 1.3 has nothing else.
constexpr auto tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

[[noreturn]] void refuse(const std::string& what, const std::string& file,
                         const boost::system::error_code& ec) {
  throw std::runtime_error(what + " '" + file + "': " + ec.message());
}

tls_context make_bare_context(ssl::context::method role) {
  auto context = std::make_shared<ssl::context>(role);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3
                       | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_set_cipher_list(context->native_handle(), tls12_ciphers) != 1)
    throw std::runtime_error("TLS has none of the cipher suites " + std::string{tls12_ciphers});
  // Clients keep what they resume by: nothing is kept here for each of them.
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  // A connection that is idle keeps no room for records.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

tls_context make_context(ssl::context::method role, const tls_files& files) {
  auto context = make_bare_context(role);
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
    // Who resumes shows no certificate: a ticket holds that of the first time, without its chain, and nobody
    // would look whether it is still good.
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context->native_handle(), 0);
  }
  return context;
}

/// Every connection of the context takes this over.
void expect_host(ssl::context& context, const std::string& host) {
  auto* rules = SSL_CTX_get0_param(context.native_handle());
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(host, is_name);
  auto is_set = 0;
  if (is_name) {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                               | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    is_set = X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
  } else if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    is_set = X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    is_set = X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size());
  }
  if (is_set != 1) // or any host would do
    throw std::runtime_error("TLS cannot verify the host '" + host + '\'');
}

} // namespace

tls_context make_tls_context(const tls_files& files) { return make_context(ssl::context::tls_server, files); }

timestamp expiry_of(const tls_context& identity) {
  const auto* certificate = SSL_CTX_get0_certificate(identity->native_handle());
  std::tm at{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &at) != 1)
    throw std::runtime_error("a TLS certificate does not say how long it is good");
  return timestamp{std::chrono::seconds{timegm(&at)}};
}

tls_context make_peer_tls_context(const tls_files& files) {
  if (files.client_ca.empty())
    throw std::runtime_error("TLS between nodes needs the certificate of an authority");
  return make_context(ssl::context::tls, files);
}

tls_context make_client_tls_context(const std::string& authorities, const std::string& host) {
  auto context = make_bare_context(ssl::context::tls_client);
  boost::system::error_code ec;
  if (context->add_certificate_authority(boost::asio::buffer(authorities), ec); ec)
    throw std::runtime_error("holds no certificate (PEM) that can be read: " + ec.message());
  context->set_verify_mode(ssl::verify_peer);
  expect_host(*context, host);
  return context;
}

} // namespace rollcall::net
