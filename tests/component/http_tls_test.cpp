#include "http_client.hpp"
#include "http_fixture.hpp"
#include "tests/component/holds_soon.hpp"
#include "tls_client.hpp"
#include "transport/net/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::http::http_tls_test {

using namespace tls_fixture;
using testing::holds_soon;

TEST_CASE("bad TLS files are refused by name, and the old ones stay") {
  const certificates folder;
  running_server s{echo};
  const auto good = folder.make("first");
  s->set_tls(net::make_tls_context(good));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);

  std::ofstream{folder.path("broken")} << "not a certificate";
  const auto complains_of = [](const net::tls_files& files, const std::string& file) {
    CHECK_THROWS_WITH_AS(net::make_tls_context(files), doctest::Contains(file.c_str()), std::runtime_error);
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
  s->set_tls(net::make_tls_context(folder.make("first")));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);
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
  s->set_tls(net::make_tls_context(folder.make("first")));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);
  tls_client before{port};
  s->set_tls(net::make_tls_context(folder.make("second")));
  tls_client after{port};
  CHECK(before.server_name() == "first");
  CHECK(after.server_name() == "second");
  bool whole = false;
  CHECK(before.ask(whole).ends_with("GET / \n"));
  CHECK(whole);
}

TEST_CASE("a long answer over TLS arrives whole and ends with a goodbye") {
  const certificates folder;
  const std::string text(5'000'000, 'x');
  running_server s{[&text](const request&, const reply_fn& reply) { reply(text_response(200, text)); }};
  s->set_tls(net::make_tls_context(folder.make("first")));
  tls_client c{s->listen("127.0.0.1:0", net::security::tls)};
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
    server->set_tls(net::make_tls_context(folder.make("first")));
    port = server->listen("127.0.0.1:0", net::security::tls);
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

} // namespace rollcall::http::http_tls_test
