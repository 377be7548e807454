#include "feed_fixture.hpp"
#include "http_client.hpp"
#include "http_fixture.hpp"
#include "log_lines.hpp"
#include "transport/http/server.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace rollcall::http::http_strangers_test {

namespace {

const std::string get = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string post = "POST /RPC2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

limits room_for(std::size_t connections) {
  limits bounds;
  bounds.connections = connections;
  return bounds;
}

/// Those who wait are still silent when their deadlines would have ended them.
using clients = std::vector<std::unique_ptr<raw_client>>;

} // namespace

TEST_CASE("silent connections that hold all places give way to one who asks, the oldest first") {
  running_server s{echo, room_for(3)};
  clients silent;
  for (int i = 0; i < 3; ++i)
    silent.push_back(std::make_unique<raw_client>(s.port()));
  while (s->counters().accepted < 3)
    std::this_thread::yield();
  for (std::size_t i = 0; i < 3; ++i) {
    raw_client newcomer{s.port()};
    newcomer.send(post);
    CHECK(newcomer.read_answer().status == 200);
    CHECK(silent[i]->closed());
    newcomer.half_close();
    CHECK(newcomer.closed());
    while (s->counters().open > 2)
      std::this_thread::yield();
    silent.push_back(std::make_unique<raw_client>(s.port())); // the place is taken again
    while (s->counters().accepted < 3 + 2 * (i + 1))
      std::this_thread::yield();
  }
  CHECK(s->counters().over_limit == 3);
}

TEST_CASE("an address that is turned away again and again mutes what is said of no other") {
  const testing::log_lines log;
  running_server s{echo};
  s->bound_peers(1, {});
  const auto is_turned_away = [&](const char* from) {
    return feed::testing::client{s.port(), from}.line().value_or("").starts_with("HTTP/1.1 503");
  };
  const feed::testing::client first{s.port(), "127.0.0.9"};
  const feed::testing::client other{s.port(), "127.0.0.10"};
  while (s->counters().accepted < 2)
    std::this_thread::yield();
  for (int i = 0; i < 20; ++i)
    CHECK(is_turned_away("127.0.0.9"));
  CHECK(is_turned_away("127.0.0.10"));
  CHECK(log.wait_for("a connection of 127.0.0.10 is turned away: too many of this address"));
}

TEST_CASE("half a request, a public page and a refused login leave a client a stranger") {
  const auto refusing = [](const request& asked, const reply_fn& reply) {
    reply(text_response(asked.method == "POST" ? 401 : 200, "x"));
  };
  const std::pair<std::string, unsigned> table[] = {
      {"POST /RPC2 HTTP/1.1\r\nContent-Le", 0}, {get, 200}, {post, 401}};
  for (const auto& [said, status] : table) {
    CAPTURE(said);
    running_server s{refusing, room_for(1)};
    raw_client stays{s.port()};
    stays.send(said);
    if (status != 0)
      CHECK(stays.read_answer().status == status);
    while (s->counters().accepted < 1)
      std::this_thread::yield();
    raw_client newcomer{s.port()};
    newcomer.send(get);
    CHECK(newcomer.read_answer().status == 200);
    CHECK(stays.closed());
  }
}

TEST_CASE("an authenticated client keeps its idle connection when all places are taken") {
  running_server s{echo, room_for(2)};
  raw_client known{s.port()};
  known.send(post);
  CHECK(known.read_answer().status == 200);
  clients crowd;
  for (int i = 0; i < 20; ++i)
    crowd.push_back(std::make_unique<raw_client>(s.port()));
  while (s->counters().over_limit < 19)
    std::this_thread::yield();
  known.send(post);
  CHECK(known.read_answer().status == 200);
}

TEST_CASE("a stranger whose request is being answered has its answer before it gives way") {
  std::promise<reply_fn> asked;
  running_server s{[&](const request& one, const reply_fn& reply) {
                     if (one.method == "GET")
                       asked.set_value(reply);
                     else
                       reply(text_response(200, "in"));
                   },
                   room_for(1)};
  raw_client first{s.port()};
  first.send(get);
  const auto reply = asked.get_future().get();
  raw_client newcomer{s.port()};
  newcomer.send(post);
  CHECK(newcomer.read_answer().status == 200);
  reply(text_response(200, "late, but here"));
  const auto answer = first.read_answer();
  CHECK(answer.body == "late, but here\n");
  CHECK(answer.has("Connection: close"));
  CHECK(first.closed());
}

TEST_CASE("the connections of a proxy, which stand for many, do not give way") {
  running_server s{echo, room_for(1)};
  s->bound_peers(256, peer_list::parse({"127.0.0.1"}));
  raw_client first{s.port()};
  first.send(get);
  CHECK(first.read_answer().status == 200);
  raw_client second{s.port()};
  CHECK(second.read_answer().status == 503);
}

} // namespace rollcall::http::http_strangers_test
