#include "authority.hpp"
#include "mesh_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace rollcall::mesh_tls_test {

using namespace rollcall::cluster::mesh_fixture;
using rollcall::testing::authority;

namespace {

net::tls_context identity(const authority& by, const std::string& name) {
  return net::make_peer_tls_context(by.issue(name));
}

} // namespace

TEST_CASE("nodes with certificates of one authority speak over TLS") {
  const authority ca;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node b{{.id = "node-b", .peers = {a.address()}, .tls = identity(ca, "node-b")}};
  const auto found = b.connected_to("node-a");
  REQUIRE(found);
  const std::string text(200'000, 'x'); // more than any buffer on the way
  const auto answer = b.ask(found->published, text);
  CHECK(answer.size() == text.size() + 8); // looked at no closer: ThreadSanitizer doubts each byte from CAF
  CHECK(answer.starts_with("node-a: x"));
}

TEST_CASE("a certificate of another authority is refused on either side") {
  const authority ca;
  const authority other;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node stranger{{.id = "node-b", .peers = {a.address()}, .tls = identity(other, "node-b")}};
  CHECK(stranger.fails("certificate verify failed"));

  // One that would trust us, but whom we do not trust.
  auto files = other.issue("node-c");
  files.client_ca = ca.issue("node-d").client_ca;
  running_node half{{.id = "node-c", .peers = {a.address()}, .tls = net::make_peer_tls_context(files)}};
  CHECK(half.fails("unknown ca"));
  for (int i = 0; i < 500 && a->counters().tls_errors < 2; ++i) // the other side may have heard of it first
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  CHECK(a->counters().tls_errors > 1);
  CHECK(a.told().empty());
}

TEST_CASE("without a certificate, or without TLS, nobody gets in") {
  const authority ca;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node plain{{.id = "node-b", .peers = {a.address()}}};
  CHECK(plain.fails("closed the connection"));

  namespace asio = boost::asio;
  asio::io_context io;
  asio::ssl::context anonymous{asio::ssl::context::tls_client};
  asio::ssl::stream<asio::ip::tcp::socket> stream{io, anonymous};
  stream.lowest_layer().connect({asio::ip::address_v4::loopback(), a.port()});
  boost::system::error_code ec;
  stream.handshake(asio::ssl::stream_base::client, ec);
  if (!ec) { // TLS 1.3: it learns of it when it reads
    char byte = 0;
    asio::read(stream, asio::buffer(&byte, 1), ec);
  }
  CHECK(ec);
  CHECK(a.told().empty());
}

TEST_CASE("certificates that are renewed leave connections alone") {
  const authority ca;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node b{{.id = "node-b", .peers = {a.address()}, .tls = identity(ca, "node-b")}};
  const auto first = b.connected_to("node-a");
  REQUIRE(first);
  a->set_tls(identity(ca, "node-a"));
  b->set_tls(identity(ca, "node-b"));
  CHECK(b.ask(first->published, "x") == "node-a: x");
  CHECK(b.connected_to("node-a")->connection == first->connection);
  CHECK_THROWS_AS(a->set_tls(nullptr), std::logic_error);
}

TEST_CASE("an authority that is taken away cuts off the nodes that it vouched for") {
  const authority ca;
  const authority next;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node b{{.id = "node-b", .peers = {a.address()}, .tls = identity(ca, "node-b")}};
  REQUIRE(b.connected_to("node-a"));
  a->set_tls(identity(next, "node-a"));
  REQUIRE(a.wait([](const auto& told) { return !told.empty() && !told.back().connected; }));
  CHECK(a.told().back().why.find("authority was removed") != std::string::npos);
  CHECK(b.fails("certificate verify failed"));
  b->set_tls(identity(next, "node-b"));
  REQUIRE(b.connected_to("node-a"));
  REQUIRE(a.connected_to("node-b"));
}

TEST_CASE("a certificate is good for the node that it names and for no other, whoever dials") {
  const authority ca;
  running_node a{{.id = "node-a", .tls = identity(ca, "node-a")}};
  running_node thief{{.id = "node-c", .peers = {a.address()}, .tls = identity(ca, "node-b")}};
  CHECK(thief.fails("wrong_certificate"));
  running_node victim{{.id = "node-d", .peers = {thief.address()}, .tls = identity(ca, "node-d")}};
  CHECK(victim.fails("wrong_certificate"));
  CHECK(a.told().empty());
  CHECK(victim.told().empty());
  CHECK(a->status().empty()); // nor is dialled what it names
}

TEST_CASE("without TLS only addresses of this machine are taken") {
  running_node a{{.id = "node-a"}};
  CHECK_THROWS_AS(a->set_peers({"10.0.0.1:4242"}), std::invalid_argument);
  CHECK_THROWS_AS(a->set_peers({"nonsense"}), std::invalid_argument);
  CHECK_THROWS_AS((running_node{{.id = "node-b", .peers = {"example.org:1"}}}), std::invalid_argument);
}

} // namespace rollcall::mesh_tls_test
