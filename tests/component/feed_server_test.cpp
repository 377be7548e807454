#include "feed_fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <system_error>

namespace rollcall::feed_server_test {

using namespace rollcall::feed::testing;

TEST_CASE("an address that cannot be bound is named") {
  fake_link link;
  running_server server{link};
  const auto taken = "127.0.0.1:" + std::to_string(server.port());
  for (const auto& bad :
       {taken, std::string{"127.0.0.1"}, std::string{"127.0.0.1:99999"}, std::string{":80"}}) {
    CAPTURE(bad);
    try {
      server->listen(bad);
      FAIL("it was bound");
    } catch (const std::system_error& e) {
      CHECK(std::string{e.what()}.find(bad) != std::string::npos);
    }
  }
  CHECK_THROWS_AS(server->listen("127.0.0.1:0", feed::server::security::tls), std::logic_error);
}

TEST_CASE("a switch removed from the configuration is closed and cannot reconnect; others stay") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  server->set_switches({{switch_name{"sbc-2"}, {"other"}}});
  const auto said = sw->line();
  REQUIRE(said);
  CHECK(said->starts_with(R"({"type":"error","code":"unknown_switch")"));
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));

  client again{server.port()};
  again.send(hello_line(2));
  const auto refused = again.line();
  REQUIRE(refused);
  CHECK(refused->starts_with(R"({"type":"error","code":"unknown_switch")"));
}

TEST_CASE("a new secret counts from the next hello on, and does not close who is in") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  server->set_switches({{switch_name{"sbc-1"}, {"n3w"}}});
  link.at().connection->passed_barrier();
  CHECK(sw->line() == R"({"type":"pong"})");
  client old_secret{server.port()};
  old_secret.send(hello_line(2));
  const auto refused = old_secret.line();
  REQUIRE(refused);
  CHECK(refused->starts_with(R"({"type":"error","code":"auth_failed")"));
}

TEST_CASE("a drain sends what waits, ends connections properly and lets nobody in") {
  fake_link link;
  running_server server{link};
  client silent{server.port()}; // accepted before the next one, and so when that one is welcome
  const auto sw = welcomed(server);
  link.at().connection->hang_up("1");
  std::promise<void> drained;
  server->drain(patience, [&] { drained.set_value(); });
  CHECK(sw->line() == R"({"type":"disconnect","id":"1"})");
  CHECK(sw->closed());
  CHECK(silent.closed());
  sw->end();
  silent.end();
  CHECK(drained.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(link.at().closed.size() == 1);
  CHECK(server->counters().open == 0);
  CHECK_THROWS(client{server.port()});
}

TEST_CASE("a drain does not wait longer than its deadline for a switch that stays") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  std::promise<void> drained;
  server->drain(std::chrono::milliseconds{30}, [&] { drained.set_value(); });
  CHECK(drained.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a drain of a server without connections is done at once") {
  fake_link link;
  running_server server{link};
  std::promise<void> drained;
  server->drain(patience, [&] { drained.set_value(); });
  CHECK(drained.get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a server that goes away tells the ports") {
  fake_link link;
  {
    running_server server{link};
    welcomed(server);
  }
  CHECK(link.at().closed.size() == 1);
  CHECK_FALSE(link.at().connection->hang_up("1"));
}

} // namespace rollcall::feed_server_test
