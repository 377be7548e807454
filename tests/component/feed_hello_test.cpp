#include "domain/base/wait_message.hpp"
#include "feed_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace rollcall::feed_hello_test {

using namespace rollcall::feed::testing;

namespace {

bool starts_with(const std::optional<std::string>& line, std::string_view start) {
  return line && line->starts_with(start);
}

std::string error_with(std::string_view code) {
  return R"({"type":"error","code":")" + std::string{code} + R"(","message":")";
}

} // namespace

TEST_CASE("a first line that is no proper hello gets an error with its code, and the connection closes") {
  const std::pair<std::string, std::string_view> table[] = {
      {"GET / HTTP/1.1\r\n", "bad_message"},
      {"{\n", "bad_message"},
      {"[]\n", "bad_message"},
      {R"({"type":"snapshot_begin"})"
       "\n",
       "bad_message"},
      {R"({"type":"hello","switch":"sbc-1","secret":"s3cret","epoch":1})"
       "\n",
       "bad_message"},
      {R"({"type":"hello","version":1,"switch":"sbc-1","secret":"s3cret"})"
       "\n",
       "bad_message"},
      {R"({"type":"hello","version":1,"switch":"sbc-1","secret":"s3cret","epoch":-1})"
       "\n",
       "bad_message"},
      {R"({"type":"hello","version":2,"who":"sbc-1"})"
       "\n",
       "bad_version"},
      {R"({"type":"hello","version":1,"switch":"sbc-9","secret":"s3cret","epoch":1})"
       "\n",
       "unknown_switch"},
      {R"({"type":"hello","version":1,"switch":"sbc-1","secret":"other","epoch":1})"
       "\n",
       "auth_failed"},
      {R"({"type":"hello","version":1,"switch":"sbc-1","secret":"","epoch":1})"
       "\n",
       "auth_failed"},
      {std::string(70'000, 'x') + "\n", "bad_message"},
  };
  fake_link link;
  running_server server{link};
  for (const auto& [line, code] : table) {
    CAPTURE(line.substr(0, 100));
    client sw{server.port()};
    sw.send(line);
    const auto said = sw.line();
    CHECK_MESSAGE(starts_with(said, error_with(code)), said.value_or("nothing"));
    CHECK(sw.closed());
  }
  CHECK(link.size() == 0);
  CHECK(server->counters().refused(close_reason::bad_message) == 8);
  CHECK(server->counters().refused(close_reason::auth_failed) == 2);
}

TEST_CASE("an error message never contains the secret") {
  fake_link link;
  running_server server{link};
  client sw{server.port()};
  sw.send(R"({"type":"hello","version":1,"switch":"sbc-1","secret":"gue55","epoch":1})"
          "\n");
  const auto said = sw.line();
  REQUIRE(said);
  CHECK(said->find("s3cret") == said->npos);
  CHECK(said->find("gue55") == said->npos);
}

namespace {

std::optional<std::string> answer_to(const running_server& server, const std::string& name,
                                     const std::string& secret, const char* from = "127.0.0.1") {
  client sw{server.port(), from};
  sw.send(R"({"type":"hello","version":1,"epoch":1,"switch":")" + name + R"(","secret":")" + secret
          + "\"}\n");
  return sw.line();
}

void guess(const running_server& server, int times) {
  for (int i = 0; i < times; ++i)
    CHECK(answer_to(server, "sbc-1", "guess-" + std::to_string(i))
          == error_with("auth_failed") + "the secret is wrong\"}");
}

} // namespace

TEST_CASE("after ten wrong secrets of a switch, an address must wait even with the right one") {
  fake_link link;
  feed::limits bounds;
  bounds.guesses = net::guess_brake::of_people; // the test may be slow
  running_server server{link, bounds};
  guess(server, 10);
  for (const auto* secret : {"guess-10", "s3cret"}) {
    const auto said = answer_to(server, "sbc-1", secret);
    REQUIRE(starts_with(said, error_with("auth_failed")));
    const std::string_view message = std::string_view{*said}.substr(error_with("auth_failed").size());
    CHECK(asks_to_wait(message)); // by which a switch knows that it may try again
  }
  CHECK(link.size() == 0);
  CHECK(server->counters().braked == 2);
  CHECK(server->counters().guessing == 1);
  CHECK(server->counters().refused(close_reason::auth_failed) == 12);
}

TEST_CASE("wrong secrets keep out neither other switches of the address, nor the switch at another address") {
  fake_link link;
  feed::limits bounds;
  bounds.guesses = net::guess_brake::of_people;
  running_server server{link, bounds};
  guess(server, 10);
  CHECK(starts_with(answer_to(server, "sbc-2", "other"), R"({"type":"welcome")"));
  CHECK(starts_with(answer_to(server, "sbc-1", "s3cret", "127.0.0.2"), R"({"type":"welcome")"));
  CHECK(starts_with(answer_to(server, "sbc-9", "s3cret"), error_with("unknown_switch")));
}

TEST_CASE("a switch without a home yet is turned away without an error, if its secret is right") {
  fake_link link;
  running_server server{link};
  server->set_switches({{switch_name{"sbc-1"}, {"s3cret", false}}});
  CHECK(answer_to(server, "sbc-1", "s3cret") == std::nullopt);
  CHECK(starts_with(answer_to(server, "sbc-1", "guess"), error_with("auth_failed")));
  CHECK(link.size() == 0);
  server->set_switches({{switch_name{"sbc-1"}, {"s3cret"}}});
  CHECK(starts_with(answer_to(server, "sbc-1", "s3cret"), R"({"type":"welcome")"));
}

TEST_CASE(
    "a switch behind the address of one who guesses is let in after the pause, with no minute to wait") {
  fake_link link;
  feed::limits bounds;
  bounds.guesses = {std::chrono::milliseconds{100}, std::chrono::milliseconds{100}};
  running_server server{link, bounds};
  guess(server, 10);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::optional<std::string> said;
  do {
    said = answer_to(server, "sbc-1", "s3cret");
  } while (starts_with(said, error_with("auth_failed")) && std::chrono::steady_clock::now() < deadline);
  CHECK(starts_with(said, R"({"type":"welcome")"));
}

TEST_CASE("a switch that does not say hello in time is closed") {
  fake_link link;
  feed::limits bounds;
  bounds.hello = std::chrono::milliseconds{30};
  running_server server{link, bounds};
  client sw{server.port()};
  sw.send("\n{\"type\":");
  CHECK(starts_with(sw.line(), error_with("bad_message")));
  CHECK(sw.closed());
  CHECK(server->counters().timeouts == 1);
}

TEST_CASE("an attach that is never answered closes the connection") {
  fake_link link;
  link.instead = [](auto&&...) {};
  feed::limits bounds;
  bounds.attach = std::chrono::milliseconds{30};
  running_server server{link, bounds};
  client sw{server.port()};
  sw.send(hello_line());
  CHECK_FALSE(sw.line());
}

TEST_CASE("a refused attach tells the switch the link's code, and nothing else that the link said") {
  fake_link link;
  link.instead = [](const switch_connection_ptr& connection, const auto& done) {
    connection->request_snapshot();
    done({nullptr, close_reason::stale_epoch, "a newer one is up"});
  };
  running_server server{link};
  client sw{server.port()};
  sw.send(hello_line());
  CHECK(sw.line() == error_with("stale_epoch") + "a newer one is up\"}");
  CHECK(sw.closed());
}

TEST_CASE("connections without a hello are bounded: the oldest goes, and those with one do not count") {
  fake_link link;
  feed::limits bounds;
  bounds.strangers.total = 1;
  running_server server{link, bounds};
  const auto first = welcomed(server);
  client oldest{server.port()};
  client newer{server.port()};
  CHECK_FALSE(oldest.line());
  CHECK(server->counters().turned_away == 1);
  newer.send(hello_line(2));
  CHECK(newer.line());
  client later{server.port()};
  later.send(hello_line(3));
  CHECK(starts_with(later.line(), R"({"type":"welcome")"));
}

TEST_CASE("the welcome comes before whatever the link says, also from another thread while it attaches") {
  fake_link link;
  link.instead = [&](const switch_connection_ptr& connection, const auto& done) {
    std::thread{[&] {
      connection->request_snapshot();
      CHECK(connection->hang_up("1"));
      done({link.add(switch_name{"sbc-1"}, 1, connection), {}, {}});
    }}.join();
  };
  running_server server{link};
  const auto sw = welcomed(server);
  CHECK(sw->line() == R"({"type":"resync"})");
  CHECK(sw->line() == R"({"type":"disconnect","id":"1"})");
}

TEST_CASE(
    "a connection that the link closes before it is welcomed gets the error only, and its port is told") {
  fake_link link;
  link.instead = [&](const switch_connection_ptr& connection, const auto& done) {
    auto port = link.add(switch_name{"sbc-1"}, 1, connection);
    connection->close(close_reason::stale_epoch, "a newer one took over");
    done({std::move(port), {}, {}});
  };
  running_server server{link};
  client sw{server.port()};
  sw.send(hello_line());
  const auto said = sw.line();
  const auto welcomed_first = starts_with(said, R"({"type":"welcome")");
  CHECK_FALSE(welcomed_first);
  CHECK(starts_with(said, error_with("stale_epoch")));
  CHECK(sw.closed());
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
}

TEST_CASE("what follows the hello without waiting for the welcome is not lost") {
  fake_link link;
  running_server server{link};
  client sw{server.port()};
  sw.send("\r\n" + hello_line(42)
          + R"({"type":"snapshot_begin"})"
            "\r\n"
            R"({"type":"snapshot_end"})"
            "\n");
  REQUIRE(link.wait([](const auto& it) { return it.news.size() == 2; }));
  const auto it = link.at();
  CHECK(it.name == switch_name{"sbc-1"});
  CHECK(it.epoch == 42);
  CHECK(std::holds_alternative<snapshot_begin>(it.news[0]));
  CHECK(std::holds_alternative<snapshot_end>(it.news[1]));
}

} // namespace rollcall::feed_hello_test
