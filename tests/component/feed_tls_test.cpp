#include "authority.hpp"
#include "feed_fixture.hpp"
#include "transport/net/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>

namespace rollcall::feed_tls_test {

using namespace rollcall::feed::testing;
namespace asio = boost::asio;
namespace ssl = asio::ssl;

namespace {

/// A self-signed certificate and its key in files that are removed at the end.
class certificate {
public:
  certificate()
      : folder_(std::filesystem::temp_directory_path() / ("rollcall-feed-tls-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const std::unique_ptr<X509, decltype(&X509_free)> signed_key{X509_new(), &X509_free};
    ASN1_INTEGER_set(X509_get_serialNumber(signed_key.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(signed_key.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(signed_key.get()), 3600);
    X509_set_pubkey(signed_key.get(), key.get());
    X509_sign(signed_key.get(), key.get(), EVP_sha256());
    write(files().certificate, [&](std::FILE* out) { PEM_write_X509(out, signed_key.get()); });
    write(files().key, [&](std::FILE* out) {
      PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  ~certificate() { std::filesystem::remove_all(folder_); }
  certificate(const certificate&) = delete;
  certificate& operator=(const certificate&) = delete;

  net::tls_files files() const { return {folder_ / "node.crt", folder_ / "node.key", {}}; }

private:
  template <class Write>
  static void write(const std::string& path, Write put) {
    auto* out = std::fopen(path.c_str(), "w");
    REQUIRE(out);
    put(out);
    std::fclose(out);
  }

  std::filesystem::path folder_;
};

/// A switch that speaks TLS.
class tls_client {
public:
  explicit tls_client(std::uint16_t port, const net::tls_files* own = nullptr) {
    if (own)
      SSL_use_certificate_chain_file(stream_.native_handle(), own->certificate.c_str());
    if (own)
      SSL_use_PrivateKey_file(stream_.native_handle(), own->key.c_str(), SSL_FILETYPE_PEM);
    stream_.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    stream_.handshake(ssl::stream_base::client);
  }

  void send(std::string_view bytes) { asio::write(stream_, asio::buffer(bytes)); }

  /// The next line without its end; how the connection ended when there is none.
  std::string line() {
    boost::system::error_code ec;
    const auto size = asio::read_until(stream_, asio::dynamic_buffer(read_), '\n', ec);
    if (ec)
      return ec == asio::error::eof ? "end" : ec.message();
    const auto found = read_.substr(0, size - 1);
    read_.erase(0, size);
    return found;
  }

  void close() { stream_.lowest_layer().close(); }

private:
  asio::io_context io_;
  ssl::context context_{ssl::context::tls_client};
  ssl::stream<asio::ip::tcp::socket> stream_{io_, context_};
  std::string read_;
};

} // namespace

TEST_CASE("a peer that does not speak TLS costs only its own connection") {
  const certificate own;
  fake_link link;
  running_server server{link};
  server->set_tls(net::make_tls_context(own.files()));
  const auto port = server->listen("127.0.0.1:0", feed::server::security::tls);
  client plain{port};
  plain.send(hello_line());
  while (plain.line()) // an alert, in bytes that are no line of ours
    ;
  CHECK(link.size() == 0);
  CHECK(server->counters().tls_errors == 1);
}

TEST_CASE("the feed goes both ways over TLS, and a close is told and proper") {
  const certificate own;
  fake_link link;
  running_server server{link};
  server->set_tls(net::make_tls_context(own.files()));
  tls_client sw{server->listen("127.0.0.1:0", feed::server::security::tls)};
  sw.send(hello_line());
  CHECK(sw.line() == R"({"type":"welcome","version":1,"node_id":"node-a"})");

  std::string many;
  for (int i = 0; i < 5000; ++i)
    many += R"({"type":"end","id":")" + std::to_string(i) + "\"}\n";
  const auto connection = link.at().connection;
  for (int i = 0; i < 5000; ++i)
    connection->hang_up(std::to_string(i));
  sw.send(many);
  for (int i = 0; i < 5000; ++i)
    REQUIRE(sw.line() == R"({"type":"disconnect","id":")" + std::to_string(i) + "\"}");
  CHECK(link.wait([](const auto& it) { return it.news.size() == 5000; }));

  connection->close(close_reason::stale_epoch, "a newer one took over");
  CHECK(sw.line() == R"({"type":"error","code":"stale_epoch","message":"a newer one took over"})");
  CHECK(sw.line() == "end"); // with the close_notify that truncation lacks
  sw.close();
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
}

TEST_CASE("a switch whose authority is taken out of the configuration is cut, and no other one") {
  const rollcall::testing::authority kept;
  const rollcall::testing::authority removed;
  const auto node = kept.issue("node");
  const auto own = removed.issue("sbc-1");
  const auto other = kept.issue("sbc-2");
  auto both = node;
  both.client_ca += ".both";
  std::ofstream{both.client_ca} << std::ifstream{node.client_ca}.rdbuf()
                                << std::ifstream{own.client_ca}.rdbuf();
  fake_link link;
  running_server server{link};
  server->set_tls(net::make_tls_context(both));
  const auto port = server->listen("127.0.0.1:0", feed::server::security::tls);
  tls_client stays{port, &other};
  stays.send(hello_line());
  CHECK(stays.line().find("welcome") != std::string::npos);
  tls_client goes{port, &own};
  goes.send(hello_line(2));
  CHECK(goes.line().find("welcome") != std::string::npos);

  server->set_tls(net::make_tls_context(both)); // renewed, with the same authorities
  link.at().connection->hang_up("1");
  CHECK(stays.line().find("disconnect") != std::string::npos);
  server->set_tls(net::make_tls_context(node));
  CHECK(goes.line().find('{') == std::string::npos); // but how the connection ended
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }, 1));
  link.at().connection->hang_up("2");
  CHECK(stays.line().find("disconnect") != std::string::npos);
}

} // namespace rollcall::feed_tls_test
