#include "http_client.hpp"
#include "http_fixture.hpp"
#include "transport/http/server.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace rollcall::http::http_server_test {

namespace {

const std::string get = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& body, const std::string& more_fields = {}) {
  return "POST /RPC2 HTTP/1.1\r\nHost: a\r\n" + more_fields + "Content-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + body;
}

/// Keeps replies for the test to give.
struct held_replies {
  std::promise<reply_fn> first;
  std::promise<reply_fn> second;
  int count = 0;

  handler_fn handler() {
    return [this](const request&, reply_fn reply) {
      (count++ == 0 ? first : second).set_value(std::move(reply));
    };
  }
};

} // namespace

TEST_CASE("an address that cannot be bound is an error that names it") {
  boost::asio::io_context io;
  server s{io, io, {}, echo};
  for (const auto* address :
       {"", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http", "::1:80"}) {
    INFO(address);
    CHECK_THROWS_WITH_AS(s.listen(address), doctest::Contains(("'" + std::string{address} + "'").c_str()),
                         std::system_error);
  }
  const auto taken = "127.0.0.1:" + std::to_string(s.listen("127.0.0.1:0"));
  try {
    s.listen(taken);
    FAIL("bound twice");
  } catch (const std::system_error& e) {
    CHECK(e.code() == std::errc::address_in_use);
    CHECK(std::string{e.what()}.find(taken) != std::string::npos);
  }
  CHECK_THROWS_AS(s.listen("127.0.0.1:0", net::security::tls), std::logic_error);
}

TEST_CASE("a handler that throws is a 500, and the connection goes on") {
  running_server s{[](const request& asked, const reply_fn& reply) {
    if (asked.body == "boom")
      throw std::runtime_error("boom");
    reply(text_response(200, "fine"));
  }};
  raw_client c{s.port()};
  c.send(post("boom") + post("ok"));
  CHECK(c.read_answer().status == 500);
  CHECK(c.read_answer().body == "fine\n");
  CHECK(s->counters().handler_errors == 1);
}

TEST_CASE("a handler that forgets to answer is a 500") {
  running_server s{[](const request&, const reply_fn&) {}};
  raw_client c{s.port()};
  c.send(get);
  CHECK(c.read_answer().status == 500);
}

TEST_CASE(
    "an answer that is late is a 503 and the end of the connection, and changes nothing when it comes") {
  held_replies held;
  limits bounds;
  bounds.reply = std::chrono::milliseconds{30};
  running_server s{held.handler(), bounds};
  raw_client c{s.port()};
  c.send(get + get);
  const auto answer = c.read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Connection: close"));
  held.first.get_future().get()(text_response(200, "late"));
  CHECK(c.closed());
}

TEST_CASE("only the first of two answers to one request is sent") {
  running_server s{[](const request&, const reply_fn& reply) {
    reply(text_response(200, "first"));
    reply(text_response(200, "second"));
  }};
  raw_client c{s.port()};
  c.send(get + get);
  CHECK(c.read_answer().body == "first\n");
  CHECK(c.read_answer().body == "first\n");
}

TEST_CASE("a client that disconnects while its request is served does no harm") {
  held_replies held;
  running_server s{held.handler()};
  { raw_client{s.port()}.send(get); }
  held.first.get_future().get()(text_response(200, std::string(1'000'000, 'x')));
  raw_client c{s.port()};
  c.send(get);
  held.second.get_future().get()(text_response(200, "still here"));
  CHECK(c.read_answer().body == "still here\n");
}

TEST_CASE("more connections than allowed are told so and closed when all who are in were let in") {
  limits bounds;
  bounds.connections = 1;
  running_server s{echo, bounds};
  raw_client first{s.port()};
  first.send(post("in"));
  CHECK(first.read_answer().status == 200);
  raw_client second{s.port()};
  CHECK(second.read_answer().status == 503);
  CHECK(second.closed());
  first.send(get);
  CHECK(first.read_answer().status == 200);
  CHECK(s->counters().over_limit == 1);
}

TEST_CASE("running out of descriptors does not stop the server") {
  running_server s{echo};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next = dup(0);
  REQUIRE(next >= 0);
  close(next);
  auto scarce = before;
  scarce.rlim_cur = static_cast<rlim_t>(next) + 1; // one for the client, none for the server
  REQUIRE(setrlimit(RLIMIT_NOFILE, &scarce) == 0);
  raw_client c{s.port()};
  c.send(get);
  while (s->counters().accept_errors == 0)
    std::this_thread::yield();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(c.read_answer().status == 200);
}

TEST_CASE("a connection serves one request after the other") {
  running_server s{echo};
  raw_client c{s.port()};
  for (const auto* body : {"one", "", "three"}) {
    c.send(post(body));
    const auto answer = c.read_answer();
    CHECK(answer.body == "POST /RPC2 " + std::string{body} + "\n");
    CHECK(answer.head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    CHECK(answer.head.find("Connection") == std::string::npos);
  }
  CHECK(s->counters().accepted == 1);
  CHECK(s->counters().requests == 3);
}

TEST_CASE("pipelined requests are served in order, each after the answer to the one before") {
  held_replies held;
  running_server s{held.handler()};
  raw_client c{s.port()};
  c.send(get + get);
  auto second = held.second.get_future();
  auto reply = held.first.get_future().get();
  CHECK(second.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  std::thread{[&reply] { reply(text_response(200, "first")); }}.join();
  CHECK(c.read_answer().body == "first\n");
  second.get()(text_response(200, "second"));
  CHECK(c.read_answer().body == "second\n");
}

TEST_CASE("HTTP/1.0 closes unless asked not to, and is told so") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  const auto kept = c.read_answer();
  CHECK(kept.body == "GET /a \n");
  CHECK(kept.has("Connection: keep-alive"));
  const auto last = c.read_answer();
  CHECK(last.body == "GET /b \n");
  CHECK(last.has("Connection: close"));
  CHECK(c.closed());
}

TEST_CASE("Connection: close is honoured") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send(post("x", "Connection: close\r\n"));
  CHECK(c.read_answer().has("Connection: close"));
  CHECK(c.closed());
}

TEST_CASE("HEAD gets the header of GET, and the connection goes on") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(c.read_answer(true).has("Content-Length: 12"));
  c.send(get);
  CHECK(c.read_answer().body == "GET /livez \n");
}

TEST_CASE("a chunked upload arrives whole") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send("POST /RPC2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n");
  CHECK(c.read_answer().body == "POST /RPC2 abcde\n");
}

TEST_CASE("a client that expects 100 Continue gets it, and keeps its connection through a 401") {
  running_server s{[](const request& asked, const reply_fn& reply) {
    auto answer = text_response(asked.find("Authorization") ? 200 : 401, asked.body);
    if (answer.status == 401)
      answer.headers = {{"WWW-Authenticate", "Digest a"}, {"WWW-Authenticate", "Digest b"}};
    reply(std::move(answer));
  }};
  raw_client c{s.port()};
  c.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(c.read_answer().head == "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("abc");
  const auto refused = c.read_answer();
  CHECK(refused.status == 401);
  CHECK(refused.has("WWW-Authenticate: Digest a"));
  CHECK(refused.has("WWW-Authenticate: Digest b"));
  c.send(post("def", "Authorization: Digest x\r\n"));
  CHECK(c.read_answer().body == "def\n");
  CHECK(s->counters().accepted == 1);
}

TEST_CASE("a client that has closed its half still gets its answer") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send(get);
  c.half_close();
  CHECK(c.read_answer().body == "GET /livez \n");
  CHECK(c.closed());
}

TEST_CASE("the peer of an IPv4 client on a dual-stack address is an IPv4 address") {
  running_server s{
      [](const request& asked, const reply_fn& reply) { reply(text_response(200, asked.peer)); }};
  const auto port = s->listen("[::]:0");
  raw_client v4{port};
  v4.send(get);
  CHECK(v4.read_answer().body == "127.0.0.1\n");
  raw_client v6{port, "::1"};
  v6.send(get);
  CHECK(v6.read_answer().body == "::1\n");
}

} // namespace rollcall::http::http_server_test
