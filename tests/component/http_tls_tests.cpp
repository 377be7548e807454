#include "http_client.hpp"
#include "http_fixture.hpp"
#include "transport/http/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace rollcall::http {

namespace {

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

  /// Makes NAME.crt and NAME.key.
  tls_files make(const std::string& name) const {
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
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    const tls_files files{path(name + ".crt"), path(name + ".key"), {}};
    auto* out = std::fopen(files.certificate.c_str(), "w");
    PEM_write_X509(out, certificate);
    std::fclose(out);
    out = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return files;
  }

private:
  std::filesystem::path folder_;
};

class tls_client {
public:
  explicit tls_client(std::uint16_t port, const tls_files* own = nullptr) {
    if (own) {
      context_.use_certificate_chain_file(own->certificate);
      context_.use_private_key_file(own->key, ssl::context::pem);
    }
    stream_.emplace(io_, context_);
    stream_->lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    stream_->handshake(ssl::stream_base::client);
  }

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

private:
  asio::io_context io_;
  ssl::context context_{ssl::context::tls_client};
  std::optional<ssl::stream<tcp::socket>> stream_;
};

} // namespace

TEST_CASE("bad TLS files are refused by name, and the old ones stay") {
  const certificates folder;
  running_server s{echo};
  const auto good = folder.make("first");
  s->set_tls(make_tls_context(good));
  const auto port = s->listen("127.0.0.1:0", security::tls);

  std::ofstream{folder.path("broken")} << "not a certificate";
  const auto complains_of = [](const tls_files& files, const std::string& file) {
    CHECK_THROWS_WITH_AS(make_tls_context(files), doctest::Contains(file.c_str()), std::runtime_error);
  };
  complains_of({folder.path("none"), good.key, {}}, folder.path("none"));
  complains_of({folder.path("broken"), good.key, {}}, folder.path("broken"));
  complains_of({good.certificate, folder.path("none"), {}}, folder.path("none"));
  complains_of({good.certificate, folder.make("other").key, {}}, folder.path("other.key"));
  complains_of({good.certificate, good.key, folder.path("none")}, folder.path("none"));
  CHECK(tls_client{port}.server_name() == "first");
}

TEST_CASE("a client that speaks no TLS, or stalls in the handshake, is closed and counted") {
  const certificates folder;
  limits bounds;
  bounds.tls_handshake = std::chrono::milliseconds{40};
  running_server s{echo, bounds};
  s->set_tls(make_tls_context(folder.make("first")));
  const auto port = s->listen("127.0.0.1:0", security::tls);
  raw_client plain{port};
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  plain.read_rest();
  CHECK(s->counters().tls_errors == 1);
  raw_client silent{port};
  CHECK(silent.closed());
  CHECK(s->counters().timeouts == 1);
}

TEST_CASE("new connections use new certificates, open ones go on with theirs") {
  const certificates folder;
  running_server s{echo};
  s->set_tls(make_tls_context(folder.make("first")));
  const auto port = s->listen("127.0.0.1:0", security::tls);
  tls_client before{port};
  s->set_tls(make_tls_context(folder.make("second")));
  tls_client after{port};
  CHECK(before.server_name() == "first");
  CHECK(after.server_name() == "second");
  bool whole = false;
  CHECK(before.ask(whole).ends_with("GET / \n"));
  CHECK(whole);
}

TEST_CASE("with a client_ca, clients need a certificate") {
  const certificates folder;
  running_server s{echo};
  auto files = folder.make("server");
  const auto known = folder.make("known");
  const auto unknown = folder.make("unknown");
  files.client_ca = known.certificate;
  s->set_tls(make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", security::tls);
  bool whole = false;
  CHECK(tls_client{port, &known}.ask(whole).ends_with("GET / \n"));
  // TLS 1.3 tells the client of the refusal only after its own side of the handshake is done.
  for (const auto* stranger : {static_cast<const tls_files*>(nullptr), &unknown}) {
    tls_client c{port, stranger};
    CHECK(c.ask(whole).empty());
    CHECK_FALSE(whole);
  }
}

TEST_CASE("a long answer over TLS arrives whole and ends with a goodbye") {
  const certificates folder;
  const std::string text(5'000'000, 'x');
  running_server s{[&text](const request&, const reply_fn& reply) { reply(text_response(200, text)); }};
  s->set_tls(make_tls_context(folder.make("first")));
  tls_client c{s->listen("127.0.0.1:0", security::tls)};
  bool whole = false;
  CHECK(c.ask(whole).ends_with("\r\n\r\n" + text + "\n"));
  CHECK(whole);
}

} // namespace rollcall::http
