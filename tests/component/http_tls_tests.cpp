#include "http_client.hpp"
#include "http_fixture.hpp"
#include "transport/http/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rollcall::http::http_tls_tests {

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

  /// Makes NAME.crt and NAME.key: self-signed, or signed by an issuer, whose chain it then has behind it.
  tls_files make(const std::string& name, const tls_files* issuer = nullptr) const {
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
    const tls_files files{path(name + ".crt"), path(name + ".key"), {}};
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
  static void sign(X509* certificate, EVP_PKEY* own_key, const tls_files* issuer) {
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
  explicit tls_client(std::uint16_t port, const tls_files* own = nullptr, int version = 0,
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

TEST_CASE("a client whose authority is taken out of the configuration is cut, and no other one") {
  const certificates folder;
  running_server s{echo};
  auto files = folder.make("server");
  const auto kept = folder.make("kept");
  const auto removed = folder.make("removed");
  files.client_ca = folder.path("both");
  std::ofstream{files.client_ca} << std::ifstream{kept.certificate}.rdbuf()
                                 << std::ifstream{removed.certificate}.rdbuf();
  s->set_tls(make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", security::tls);
  tls_client stays{port, &kept};
  tls_client goes{port, &removed};
  CHECK(stays.asks_again());
  CHECK(goes.asks_again());
  s->set_tls(make_tls_context(files)); // renewed, with the same authorities
  CHECK(stays.asks_again());
  CHECK(goes.asks_again());
  files.client_ca = kept.certificate;
  s->set_tls(make_tls_context(files));
  CHECK(stays.asks_again());
  CHECK_FALSE(goes.asks_again());
  CHECK(stays.asks_again());
}

TEST_CASE("a certificate that is demanded is shown each time: no ticket takes its place") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const certificates folder;
    running_server s{echo};
    auto files = folder.make("server");
    const auto kept = folder.make("kept");
    const auto removed = folder.make("removed");
    files.client_ca = folder.path("both");
    std::ofstream{files.client_ca} << std::ifstream{kept.certificate}.rdbuf()
                                   << std::ifstream{removed.certificate}.rdbuf();
    s->set_tls(make_tls_context(files));
    const auto port = s->listen("127.0.0.1:0", security::tls);
    tls_client first{port, &removed, version};
    REQUIRE(first.asks_again());
    const auto ticket = first.ticket();
    tls_client without{port, nullptr, version, ticket};
    CHECK_FALSE(without.asks_again());
    tls_client again{port, &removed, version, ticket};
    CHECK(again.asks_again());
    CHECK_FALSE(again.has_resumed());

    files.client_ca = kept.certificate; // the other authority is taken out of the configuration
    s->set_tls(make_tls_context(files));
    CHECK_FALSE(again.asks_again());
    for (const auto* own : {static_cast<const tls_files*>(nullptr), &removed}) {
      tls_client late{port, own, version, ticket};
      CHECK_FALSE(late.has_resumed());
      CHECK_FALSE(late.asks_again());
    }
    CHECK(tls_client{port, &kept, version}.asks_again());
  }
}

TEST_CASE("where no certificate is demanded a client may come back by a ticket") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const certificates folder;
    running_server s{echo};
    s->set_tls(make_tls_context(folder.make("server")));
    const auto port = s->listen("127.0.0.1:0", security::tls);
    tls_client first{port, nullptr, version};
    REQUIRE(first.asks_again());
    tls_client again{port, nullptr, version, first.ticket()};
    CHECK(again.asks_again());
    CHECK(again.has_resumed());
  }
}

TEST_CASE("a client that comes back by a ticket is not cut for the chain that it showed before") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const certificates folder;
    running_server s{echo};
    auto files = folder.make("server");
    const auto root = folder.make("root");
    const auto between = folder.make("between", &root);
    const auto known = folder.make("known", &between);
    files.client_ca = root.certificate;
    s->set_tls(make_tls_context(files));
    const auto port = s->listen("127.0.0.1:0", security::tls);
    tls_client first{port, &known, version};
    REQUIRE(first.asks_again());
    tls_client again{port, &known, version, first.ticket()};
    REQUIRE(again.asks_again());
    s->set_tls(make_tls_context(files)); // renewed, with the same authority
    CHECK(first.asks_again());
    CHECK(again.asks_again());
  }
}

TEST_CASE("a connection without a certificate is cut once one is demanded") {
  const certificates folder;
  running_server s{echo};
  auto files = folder.make("server");
  const auto known = folder.make("known");
  s->set_tls(make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", security::tls);
  tls_client anonymous{port};
  CHECK(anonymous.asks_again());
  files.client_ca = known.certificate;
  s->set_tls(make_tls_context(files));
  CHECK_FALSE(anonymous.asks_again());
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

namespace {

/// How many TLS states there ever were in this process.
std::atomic<int> tls_states{0};

void count_state(void*, void*, CRYPTO_EX_DATA*, int, long, void*) { ++tls_states; }

int watch_states() {
  static const int index = SSL_get_ex_new_index(0, nullptr, count_state, nullptr, nullptr);
  return index;
}

/// The first record of a client.
std::string hello() {
  ssl::context context{ssl::context::tls_client};
  SSL* client = SSL_new(context.native_handle());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client, BIO_new(BIO_s_mem()), out);
  SSL_connect(client);
  std::string bytes(16 * 1024, '\0');
  bytes.resize(static_cast<std::size_t>(BIO_read(out, bytes.data(), static_cast<int>(bytes.size()))));
  SSL_free(client);
  return bytes;
}

/// Connections of one address, each of which has said something and goes on no further.
class stalled {
public:
  stalled(std::uint16_t port, const char* address, int count, const std::string& said) {
    for (int i = 0; i < count; ++i) {
      auto& one = sockets_.emplace_back(io_, tcp::v4());
      one.bind({asio::ip::make_address(address), 0});
      one.connect({asio::ip::address_v4::loopback(), port});
      asio::write(one, asio::buffer(said));
    }
  }

  /// Waits until this one is closed, and reads what it was told before.
  void await_end(std::size_t which) {
    std::string ignored;
    boost::system::error_code ec;
    asio::read(sockets_[which], asio::dynamic_buffer(ignored), ec);
  }

private:
  asio::io_context io_;
  std::vector<tcp::socket> sockets_;
};

template <class Condition>
bool holds_soon(Condition condition) {
  for (int i = 0; i < 2000 && !condition(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  return condition();
}

limits few_handshakes() {
  limits bounds;
  bounds.handshakes = 4;
  bounds.handshakes_per_address = 2;
  bounds.tls_handshake = std::chrono::seconds{60}; // who stalls would stay
  return bounds;
}

/// A server with TLS.
struct secured {
  explicit secured(const limits& bounds) : server(echo, bounds) {
    server->set_tls(make_tls_context(folder.make("first")));
    port = server->listen("127.0.0.1:0", security::tls);
  }

  bool serves() const {
    bool whole = false;
    return tls_client{port}.ask(whole).ends_with("GET / \n") && whole;
  }
  const metrics& counters() { return server->counters(); }

  certificates folder;
  running_server server;
  std::uint16_t port = 0;
};

} // namespace

TEST_CASE("a TLS connection that has not sent its whole hello has no TLS state, however many there are") {
  limits bounds;
  bounds.tls_handshake = std::chrono::seconds{60};
  secured s{bounds};
  const auto said = hello();
  watch_states();
  const int before = tls_states;
  const stalled silent{s.port, "127.0.0.9", 100, ""};
  const stalled a_byte{s.port, "127.0.0.10", 100, said.substr(0, 1)};
  const stalled a_part{s.port, "127.0.0.11", 100, said.substr(0, said.size() - 1)};
  CHECK(holds_soon([&] { return s.counters().open == 300; }));
  CHECK(s.serves());
  CHECK(tls_states - before == 2); // of the client that was served, and ours for it
  CHECK(s.counters().handshakes == 0);
  CHECK(s.counters().handshakes_waiting == 0);
}

TEST_CASE("a hello that comes byte by byte is one") {
  secured s{few_handshakes()};
  tcp::socket slow{s.server.io()};
  slow.connect({asio::ip::address_v4::loopback(), s.port});
  for (const char each : hello())
    asio::write(slow, asio::buffer(&each, 1));
  char answer = 0;
  asio::read(slow, asio::buffer(&answer, 1));
  CHECK(answer == 22); // a handshake record
}

TEST_CASE("stalled TLS handshakes of one address are bounded, and keep no other address out") {
  secured s{few_handshakes()};
  const stalled crowd{s.port, "127.0.0.9", 10, hello()};
  CHECK(holds_soon([&] { return s.counters().handshakes == 2 && s.counters().handshakes_waiting == 8; }));
  CHECK(s.serves());
  CHECK(s.counters().handshakes == 2);
  CHECK(s.counters().handshakes_replaced == 0);
}

TEST_CASE("with too many TLS handshakes of all addresses the oldest of the most crowded one gives way") {
  secured s{few_handshakes()};
  const stalled lonely{s.port, "127.0.0.8", 1, hello()};
  CHECK(holds_soon([&] { return s.counters().handshakes == 1; }));
  const stalled other{s.port, "127.0.0.10", 1, hello()};
  CHECK(holds_soon([&] { return s.counters().handshakes == 2; }));
  stalled older{s.port, "127.0.0.9", 1, hello()};
  CHECK(holds_soon([&] { return s.counters().handshakes == 3; }));
  const stalled younger{s.port, "127.0.0.9", 1, hello()};
  CHECK(holds_soon([&] { return s.counters().handshakes == 4; }));
  CHECK(s.serves());
  CHECK(s.counters().handshakes_replaced == 1);
  older.await_end(0);
  CHECK(holds_soon([&] { return s.counters().handshakes == 3; }));
}

TEST_CASE("a burst of good clients of one address get in, each in its turn") {
  secured s{few_handshakes()};
  std::atomic<int> served{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 12; ++i)
    clients.emplace_back([&] { served += s.serves() ? 1 : 0; });
  for (auto& each : clients)
    each.join();
  CHECK(served == 12);
  CHECK(s.counters().handshakes_replaced == 0);
}

TEST_CASE("TLS handshakes that stall end by their deadline, also those that wait for their turn") {
  auto bounds = few_handshakes();
  bounds.tls_handshake = std::chrono::milliseconds{100};
  secured s{bounds};
  const stalled crowd{s.port, "127.0.0.1", 10, hello()};
  CHECK(holds_soon([&] { return s.counters().timeouts == 10; }));
  CHECK(holds_soon([&] { return s.counters().open == 0; }));
  CHECK(s.counters().handshakes == 0);
  CHECK(s.counters().handshakes_waiting == 0);
}

} // namespace rollcall::http::http_tls_tests
