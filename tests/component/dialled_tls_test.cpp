#include "asterisk_fixture.hpp"
#include "authority.hpp"
#include "tls_front.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

// A switch that is dialled over TLS, with Asterisk as the one that is.

namespace rollcall::dialled_tls_test {

using namespace asterisk::testing;
using rollcall::testing::authority;
using rollcall::testing::tls_front;

namespace {

const std::string here_alone = "IP:127.0.0.1";

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

/// A node whose Asterisk is behind TLS, and is not connected to yet.
struct world {
  explicit world(const net::tls_files& shown, const asterisk::limits& bounds = node::quick())
      : here{link, bounds}, front{static_cast<std::uint16_t>(std::stoul(here.to.at.port)), shown} {
    here.to.at.port = std::to_string(front.port());
    here.to.ca = text_of(shown.client_ca);
  }

  /// Never attached, and why is noted.
  bool is_refused(const std::string& why) {
    here.connect();
    return here.noted("switch ast-1: no connection by TLS: " + why) && link.size() == 0;
  }

  fake_link link;
  node here;
  tls_front front;
};

} // namespace

TEST_CASE("calls are told, and hung up, over TLS with a certificate for this address") {
  const authority trusted;
  world it{trusted.issue("ast", here_alone)};
  it.here.connect();
  auto asterisk = it.here.next();
  REQUIRE(it.link.wait(is_settled));
  asterisk->send(came("1.1"));
  REQUIRE(it.link.wait([](const auto& told) { return is_told(told, "1.1"); }));
  CHECK(it.link.at().connection->hang_up("1.1"));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  REQUIRE(action);
  CHECK(action->at("Channel") == "1.1");
  CHECK(it.here.notes().lines().empty());
  CHECK(it.front.meant().empty()); // an address is not said: RFC 6066, 3
}

TEST_CASE("a switch that is dialled by name is verified by name, and told which one is meant") {
  const authority trusted;
  world it{trusted.issue("ast", "DNS:localhost")};
  it.here.to.at.host = "localhost";
  it.here.connect();
  auto asterisk = it.here.next();
  REQUIRE(it.link.wait(is_settled));
  CHECK(it.front.meant() == "localhost");
}

TEST_CASE("a switch whose certificate ca has not signed is not believed") {
  const authority trusted;
  const authority other;
  world it{other.issue("ast", here_alone)};
  it.here.to.ca = text_of(trusted.issue("unused").client_ca);
  CHECK(it.is_refused("the certificate of 'ast' is not signed by ca"));
}

TEST_CASE("a switch whose certificate is for other hosts, or for none, is not believed") {
  const authority trusted;
  SUBCASE("others") {
    world it{trusted.issue("127.0.0.1", "DNS:pbx.example,IP:127.0.0.2,IP:::1")};
    CHECK(it.is_refused("the certificate of '127.0.0.1' is for another host: pbx.example, 127.0.0.2, ::1, "
                        "not for 127.0.0.1"));
  }
  SUBCASE("none: the common name says nothing") {
    world it{trusted.issue("localhost")};
    it.here.to.at.host = "localhost";
    CHECK(it.is_refused("the certificate of 'localhost' is for no host (subjectAltName), not for localhost"));
  }
}

TEST_CASE("a switch whose certificate has expired is not believed") {
  const authority trusted;
  world it{trusted.issue("ast", here_alone, -60)};
  CHECK(it.is_refused("the certificate of 'ast' has expired"));
}

TEST_CASE("line ends in a certificate do not reach the log or the notes") {
  const authority trusted;
  const authority other;
  world it{other.issue("as\nt", here_alone)};
  it.here.to.ca = text_of(trusted.issue("unused").client_ca);
  CHECK(it.is_refused("the certificate of 'as\xEF\xBF\xBDt' is not"));
}

TEST_CASE("a switch that speaks no TLS where it is dialled over TLS is not believed, and told of") {
  const authority trusted;
  fake_link link;
  node here{link};
  here.to.ca = text_of(trusted.issue("ast").client_ca);
  here.connect();
  const auto plain = here.next(); // says who it is at once
  CHECK(here.noted("switch ast-1: no connection by TLS: there is no TLS"));
  CHECK(link.size() == 0);
}

TEST_CASE("a connection over TLS is not kept when TLS is configured no more") {
  const authority trusted;
  world it{trusted.issue("ast", here_alone)};
  it.here.connect();
  const auto asterisk = it.here.next();
  REQUIRE(it.link.wait(is_settled));
  it.here.to.ca.clear();
  it.here.connect();
  CHECK(asterisk->closed());
}

TEST_CASE("a handshake that stalls ends by its deadline, and the switch is dialled again") {
  const authority trusted;
  auto bounds = node::quick();
  bounds.tls_handshake = std::chrono::milliseconds{50};
  const kamailio::testing::listening silent;
  fake_link link;
  node here{link, bounds};
  here.to.ca = text_of(trusted.issue("ast").client_ca);
  here.to.at.port = std::to_string(silent.port());
  here.connect();
  const auto first = silent.accept();
  REQUIRE(first);
  CHECK(here.noted("no connection by TLS: it took too long"));
  CHECK(silent.accept());
}

TEST_CASE("other certificates to verify by are taken for the next connection, and undo one that they do not "
          "vouch for") {
  const authority before;
  const authority after;
  const auto shown = before.issue("ast", here_alone);
  world it{shown};
  it.here.connect();
  auto asterisk = it.here.next();
  REQUIRE(it.link.wait(is_settled));
  asterisk->send(came("1.1"));
  REQUIRE(it.link.wait([](const auto& told) { return is_told(told, "1.1"); }));

  it.here.to.ca += text_of(after.issue("unused").client_ca); // both: nothing is disturbed
  it.here.connect();
  asterisk->send(came("1.2"));
  REQUIRE(it.link.wait([](const auto& told) { return is_told(told, "1.2"); }));
  CHECK(it.link.at().closed.empty());

  it.here.to.ca = text_of(after.issue("unused").client_ca);
  it.here.script([](auto& script) { script.channels = {channel_headers("1.1"), channel_headers("1.2")}; });
  it.here.connect();
  CHECK(asterisk->closed());
  CHECK(it.here.noted("the certificate of 'ast' is not signed by ca"));
  CHECK(it.link.size() == 1);
  it.front.show(after.issue("ast", here_alone));
  asterisk = it.here.next();
  REQUIRE(it.link.wait(is_settled, 1));
  CHECK_FALSE(is_over(it.link.at(1), "1.1")); // what is known of its calls is still known
  CHECK(it.here.notes().lines().empty());
}

} // namespace rollcall::dialled_tls_test
