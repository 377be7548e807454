#include "http_fixture.hpp"
#include "tls_client.hpp"
#include "transport/net/tls.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

// Certificates of clients, where they are demanded.

namespace rollcall::http::http_client_ca_test {

using namespace tls_fixture;

TEST_CASE("with a client_ca, clients need a certificate") {
  const certificates folder;
  running_server s{echo};
  auto files = folder.make("server");
  const auto known = folder.make("known");
  const auto unknown = folder.make("unknown");
  files.client_ca = known.certificate;
  s->set_tls(net::make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);
  bool whole = false;
  CHECK(tls_client{port, &known}.ask(whole).ends_with("GET / \n"));
  // TLS 1.3 tells the client of the refusal only after its own side of the handshake is done.
  for (const auto* stranger : {static_cast<const net::tls_files*>(nullptr), &unknown}) {
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
  s->set_tls(net::make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);
  tls_client stays{port, &kept};
  tls_client goes{port, &removed};
  CHECK(stays.asks_again());
  CHECK(goes.asks_again());
  s->set_tls(net::make_tls_context(files)); // renewed, with the same authorities
  CHECK(stays.asks_again());
  CHECK(goes.asks_again());
  files.client_ca = kept.certificate;
  s->set_tls(net::make_tls_context(files));
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
    s->set_tls(net::make_tls_context(files));
    const auto port = s->listen("127.0.0.1:0", net::security::tls);
    tls_client first{port, &removed, version};
    REQUIRE(first.asks_again());
    const auto ticket = first.ticket();
    tls_client without{port, nullptr, version, ticket};
    CHECK_FALSE(without.asks_again());
    tls_client again{port, &removed, version, ticket};
    CHECK(again.asks_again());
    CHECK_FALSE(again.has_resumed());

    files.client_ca = kept.certificate; // the other authority is taken out of the configuration
    s->set_tls(net::make_tls_context(files));
    CHECK_FALSE(again.asks_again());
    for (const auto* own : {static_cast<const net::tls_files*>(nullptr), &removed}) {
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
    s->set_tls(net::make_tls_context(folder.make("server")));
    const auto port = s->listen("127.0.0.1:0", net::security::tls);
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
    s->set_tls(net::make_tls_context(files));
    const auto port = s->listen("127.0.0.1:0", net::security::tls);
    tls_client first{port, &known, version};
    REQUIRE(first.asks_again());
    tls_client again{port, &known, version, first.ticket()};
    REQUIRE(again.asks_again());
    s->set_tls(net::make_tls_context(files)); // renewed, with the same authority
    CHECK(first.asks_again());
    CHECK(again.asks_again());
  }
}

TEST_CASE("a connection without a certificate is cut once one is demanded") {
  const certificates folder;
  running_server s{echo};
  auto files = folder.make("server");
  const auto known = folder.make("known");
  s->set_tls(net::make_tls_context(files));
  const auto port = s->listen("127.0.0.1:0", net::security::tls);
  tls_client anonymous{port};
  CHECK(anonymous.asks_again());
  files.client_ca = known.certificate;
  s->set_tls(net::make_tls_context(files));
  CHECK_FALSE(anonymous.asks_again());
}

} // namespace rollcall::http::http_client_ca_test
