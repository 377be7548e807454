#pragma once

#include "transport/net/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

namespace rollcall::http::tls_fixture {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;

/// A folder with self-signed certificates, removed at the end.
class certificates {
public:
  certificates()
      : folder_(std::filesystem::temp_directory_path() / ("rollcall-tls-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~certificates() { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& file) const { return folder_ / file; }

  /// Makes NAME.crt and NAME.key: self-signed, or signed by an issuer, whose chain it then has behind it.
  net::tls_files make(const std::string& name, const net::tls_files* issuer = nullptr) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    auto* authority = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(certificate, authority, -1);
    X509_EXTENSION_free(authority);
    sign(certificate, key, issuer);
    const net::tls_files files{path(name + ".crt"), path(name + ".key"), {}};
    auto* out = std::fopen(files.certificate.c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    if (issuer)
      std::ofstream{files.certificate, std::ios::app} << std::ifstream{issuer->certificate}.rdbuf();
    out = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return files;
  }

private:
  static void sign(X509* certificate, EVP_PKEY* own_key, const net::tls_files* issuer) {
    if (!issuer) {
      X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
      X509_sign(certificate, own_key, EVP_sha256());
      return;
    }
    auto* in = std::fopen(issuer->certificate.c_str(), "r");
    X509* above = PEM_read_X509(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    in = std::fopen(issuer->key.c_str(), "r");
    EVP_PKEY* key = PEM_read_PrivateKey(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    X509_set_issuer_name(certificate, X509_get_subject_name(above));
    X509_sign(certificate, key, EVP_sha256());
    X509_free(above);
    EVP_PKEY_free(key);
  }

  std::filesystem::path folder_;
};

/// What a client may come back with, in place of showing its certificate again.
using resumption = std::shared_ptr<SSL_SESSION>;

class tls_client {
public:
  /// `version`: none but this one, 0: any.
  explicit tls_client(std::uint16_t port, const net::tls_files* own = nullptr, int version = 0,
                      const resumption& from = nullptr) {
    SSL_CTX_set_min_proto_version(context_.native_handle(), version);
    SSL_CTX_set_max_proto_version(context_.native_handle(), version);
    if (own) {
      context_.use_certificate_chain_file(own->certificate);
      context_.use_private_key_file(own->key, ssl::context::pem);
    }
    stream_.emplace(io_, context_);
    if (from)
      SSL_set_session(stream_->native_handle(), from.get());
    stream_->lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    boost::system::error_code ec;
    stream_->handshake(ssl::stream_base::client, ec);
    if (ec && !from)
      throw boost::system::system_error{ec};
  }

  /// To be asked for after an answer: TLS 1.3 sends it after the handshake.
  resumption ticket() { return {SSL_get1_session(stream_->native_handle()), SSL_SESSION_free}; }

  bool has_resumed() { return SSL_session_reused(stream_->native_handle()) == 1; }

  std::string server_name() {
    std::array<char, 64> text{};
    X509* certificate = SSL_get1_peer_certificate(stream_->native_handle());
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(), text.size());
    X509_free(certificate);
    return text.data();
  }

  /// Asks for `/` and reads to the end of the connection. True in `whole` only when TLS itself ended.
  std::string ask(bool& whole) {
    std::string all;
    boost::system::error_code ec;
    asio::write(*stream_, asio::buffer(std::string{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}),
                ec);
    asio::read(*stream_, asio::dynamic_buffer(all), ec);
    whole = ec == asio::error::eof;
    return all;
  }

  /// The same, and the connection stays.
  bool asks_again() {
    std::string all;
    boost::system::error_code ec;
    asio::write(*stream_, asio::buffer(std::string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}), ec);
    if (!ec)
      asio::read_until(*stream_, asio::dynamic_buffer(all), "GET / \n", ec);
    return !ec;
  }

private:
  asio::io_context io_;
  ssl::context context_{ssl::context::tls_client};
  std::optional<ssl::stream<tcp::socket>> stream_;
};

} // namespace rollcall::http::tls_fixture
