#include "feed_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace rollcall::feed_silence_test {

using namespace rollcall::feed::testing;

namespace {

/// A hello with more fields, as in `,"can":["ping"]`.
std::string hello_with(const std::string& fields) {
  auto line = hello_line();
  line.insert(line.rfind('}'), fields);
  return line;
}

constexpr auto can_ping = R"(,"can":["ping"])";
constexpr auto ping_line = R"({"type":"ping"})";
constexpr auto pong = "{\"type\":\"pong\"}\n";

/// Steps so short that no test takes long, and so many that a loaded machine does not miss one.
feed::limits quick() {
  feed::limits bounds;
  bounds.silence_step = std::chrono::milliseconds{20};
  bounds.steps_before_ping = 3;
  bounds.steps_for_pong = 100;
  return bounds;
}

} // namespace

TEST_CASE("a switch that can answer pings is asked when it is silent, and stays while it answers") {
  fake_link link;
  running_server server{link, quick()};
  client sw{server.port()};
  sw.send(hello_with(can_ping));
  REQUIRE(sw.line());
  for (int i = 0; i < 5; ++i) {
    CHECK(sw.line() == ping_line);
    sw.send(pong);
  }
  CHECK(link.at().closed.empty());
  CHECK(link.at().news.empty());
}

TEST_CASE("a switch that stands still, and so answers no ping, is lost, and the link is told") {
  fake_link link;
  auto bounds = quick();
  bounds.steps_for_pong = 3;
  running_server server{link, bounds};
  client sw{server.port()};
  sw.send(hello_with(can_ping));
  REQUIRE(sw.line());
  REQUIRE(link.wait([](const auto& it) { return it.closed.size() == 1; }));
  CHECK(sw.line() == ping_line);
  CHECK(sw.line()->starts_with(R"({"type":"error","code":"too_slow")"));
  CHECK(sw.closed());
  CHECK(server->counters().silent == 1);
}

TEST_CASE("a switch that does not say that it can answer pings may be silent for ever") {
  fake_link link;
  auto bounds = quick();
  bounds.silence_step = std::chrono::milliseconds{1};
  bounds.steps_for_pong = 1;
  running_server server{link, bounds};
  client silent{server.port()};
  silent.send(hello_line());
  REQUIRE(silent.line());
  // Another one, which is lost for its silence, shows that there was time enough.
  client other{server.port()};
  other.send(hello_with(can_ping));
  REQUIRE(link.wait([](const auto& it) { return it.closed.size() == 1; }, 1));
  CHECK(link.at(0).closed.empty());
  silent.send(R"({"type":"ping"})"
              "\n");
  CHECK(link.wait([](const auto& it) { return it.news.size() == 1; }));
}

TEST_CASE("a switch whose lines wait because the node is busy is not taken for silent") {
  fake_link link;
  link.consumes = false;
  auto bounds = quick();
  bounds.window = 1;
  bounds.silence_step = std::chrono::milliseconds{1};
  bounds.steps_for_pong = 1;
  running_server server{link, bounds};
  client busy{server.port()};
  busy.send(hello_with(can_ping) + ping_line + "\n");
  REQUIRE(link.wait([](const auto& it) { return it.deliveries == 1; }));
  client other{server.port()};
  other.send(hello_with(can_ping));
  REQUIRE(link.wait([](const auto& it) { return it.closed.size() == 1; }, 1));
  CHECK(link.at(0).closed.empty());
}

TEST_CASE("the link is given a switch's run and address, by which it tells two hosts apart") {
  fake_link link;
  running_server server{link};
  client sw{server.port()};
  sw.send(hello_with(R"(,"run":"4711")"));
  REQUIRE(sw.line());
  CHECK(link.at().connection->host().run == "4711");
  CHECK(link.at().connection->host().address == "127.0.0.1");
}

TEST_CASE("warnings about a hello are sent after the welcome") {
  fake_link link;
  running_server server{link};
  client sw{server.port()};
  sw.send(hello_with(R"(,"can":"ping")"));
  CHECK(sw.line()->starts_with(R"({"type":"welcome")"));
  CHECK(sw.line() == R"({"type":"warning","message":"hello: can must be an array of strings"})");
}

TEST_CASE("idle strangers of one address do not lock a switch out: a newcomer replaces the oldest") {
  fake_link link;
  running_server server{link};
  std::vector<std::unique_ptr<client>> crowd;
  for (int i = 0; i < 70; ++i)
    crowd.push_back(std::make_unique<client>(server.port()));
  client sw{server.port()};
  sw.send(hello_line());
  const auto welcome = sw.line();
  REQUIRE(welcome);
  CHECK(welcome->starts_with(R"({"type":"welcome")"));
  CHECK_FALSE(crowd.front()->line()); // closed
  CHECK(server->counters().turned_away >= 62);
}

TEST_CASE("a switch that does not read its warnings loses them, and not its connection") {
  fake_link link;
  feed::limits bounds;
  bounds.unsent_bytes = 1024 * 1024;
  running_server server{link, bounds};
  const auto sw = welcomed(server);
  const auto connection = link.at().connection;
  for (int i = 0; i < 100'000; ++i)
    connection->reject("call '960': cli must be a string; and so it goes on, line after line, unread");
  CHECK(link.at().closed.empty());
  CHECK(connection->hang_up("960"));
}

} // namespace rollcall::feed_silence_test
