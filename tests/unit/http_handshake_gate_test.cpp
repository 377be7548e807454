#include "transport/http/handshake_gate.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::http::http_handshake_gate_test {

namespace {

struct door {
  metrics counters;
  handshake_gate gate{{3, 2}, counters};
  std::string log;

  handshake_gate::ticket enter(const std::string& address, const std::string& name) {
    return gate.enter(
        net::address_key{address}, [this, name] { log += '+' + name; }, [this, name] { log += '-' + name; });
  }
  void leave(const std::string& address, handshake_gate::ticket which) {
    gate.leave(net::address_key{address}, which);
  }
};

} // namespace

TEST_CASE("handshakes of one address take turns") {
  door d;
  const auto a = d.enter("192.0.2.1", "a");
  d.enter("192.0.2.1", "b");
  const auto c = d.enter("192.0.2.1", "c");
  d.enter("192.0.2.1", "d");
  CHECK(d.log == "+a+b");
  CHECK(d.counters.handshakes == 2);
  CHECK(d.counters.handshakes_waiting == 2);
  d.leave("192.0.2.1", c); // gave up while it waited
  CHECK(d.counters.handshakes_waiting == 1);
  d.leave("192.0.2.1", a);
  CHECK(d.log == "+a+b+d");
  CHECK(d.counters.handshakes == 2);
  CHECK(d.counters.handshakes_waiting == 0);
}

TEST_CASE("with too many handshakes of all addresses the oldest gives way to a newcomer") {
  door d;
  const auto a = d.enter("192.0.2.1", "a");
  d.enter("192.0.2.2", "b");
  d.enter("192.0.2.3", "c");
  d.enter("192.0.2.4", "d");
  CHECK(d.log == "+a+b+c-a+d");
  CHECK(d.counters.handshakes == 3);
  d.leave("192.0.2.1", a); // notices it only now
  CHECK(d.counters.handshakes == 3);
}

TEST_CASE("a crowded address gives way before one that has a single handshake, though that is older") {
  door d;
  d.enter("192.0.2.1", "a");
  d.enter("192.0.2.2", "b");
  d.enter("192.0.2.2", "c");
  d.enter("192.0.2.3", "d");
  CHECK(d.log == "+a+b+c-b+d");
}

TEST_CASE("a handshake that gave way frees the turn of its address") {
  door d;
  const auto a = d.enter("192.0.2.1", "a");
  d.enter("192.0.2.1", "b");
  d.enter("192.0.2.1", "c");
  d.enter("192.0.2.2", "d");
  d.enter("192.0.2.3", "e");
  CHECK(d.log == "+a+b+d-a+e");
  d.leave("192.0.2.1", a);
  CHECK(d.log.starts_with("+a+b+d-a+e-"));
  CHECK(d.log.ends_with("+c"));
  CHECK(d.counters.handshakes == 3);
}

TEST_CASE("leaving twice or without having entered changes nothing") {
  door d;
  const auto a = d.enter("192.0.2.1", "a");
  d.leave("192.0.2.1", a);
  d.leave("192.0.2.1", a);
  d.leave("192.0.2.9", 77);
  CHECK(d.counters.handshakes == 0);
  d.enter("192.0.2.1", "b");
  CHECK(d.log == "+a+b");
}

} // namespace rollcall::http::http_handshake_gate_test
