#include "http_client.hpp"
#include "http_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>

namespace rollcall::http::http_hostile_test {

namespace {

constexpr std::chrono::milliseconds soon{40}; ///< a deadline that a test waits for

/// What the server says to these bytes: the status of its one answer, after which it must close.
unsigned refusal_of(std::uint16_t port, std::string_view bytes) {
  raw_client c{port};
  c.send(bytes);
  const auto answer = c.read_answer();
  CHECK(answer.whole);
  CHECK(answer.has("Connection: close"));
  CHECK(c.read_rest().empty());
  return answer.status;
}

} // namespace

TEST_CASE("requests whose end could be read in two ways are refused, and nothing after them is served") {
  std::atomic<int> served{0};
  running_server s{[&served](const request&, const reply_fn& reply) {
    ++served;
    reply(text_response(200, "served"));
  }};
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const auto status = [&](const std::string& bytes) { return refusal_of(s.port(), bytes + smuggled); };

  CHECK(status(post + "Content-Length: 5\r\n" + chunked + "\r\n0\r\n\r\n") == 400);
  CHECK(status(post + chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status(post + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde") == 400);
  CHECK(status(post + "Transfer-Encoding: xchunked\r\n\r\n") == 501);
  CHECK(status(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501);
  CHECK(status(post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status(post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status("POST / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n") == 400);
  CHECK(status(post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\n") == 400);
  CHECK(status(post + "Content-Length: +5\r\n\r\nabcde") == 400);
  CHECK(status(post + "Host: b\r\nContent-Length: 0\r\n\r\n") == 400);
  CHECK(status("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n") == 400);
  CHECK(status(post + "X: a\nContent-Length: 0\r\n\r\n") == 400);
  CHECK(status(post + chunked + "\r\n5\nabcde\r\n0\r\n\r\n") == 400);
  CHECK(status(post + chunked + "\r\nffffffffffffffffff\r\n") == 400);
  CHECK(served == 0);
  CHECK(s->counters().malformed == 15);
}

TEST_CASE("a request that is too large is refused, and the client can read why while it still sends") {
  limits bounds;
  bounds.body_bytes = 1000;
  running_server s{echo, bounds};
  const std::string flood(3'000'000, 'x');
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  CHECK(refusal_of(s.port(), post + "Content-Length: 3000000\r\n\r\n" + flood) == 413);
  CHECK(refusal_of(s.port(), post + "Transfer-Encoding: chunked\r\n\r\n3d0900\r\n" + flood) == 413);
  CHECK(refusal_of(s.port(), post + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n") == 413);
  CHECK(refusal_of(s.port(), post + "X: " + flood) == 431);
  CHECK(refusal_of(s.port(), post + "Expect: a-miracle\r\n\r\n") == 417);
  CHECK(refusal_of(s.port(), "GET / HTTP/3.0\r\nHost: a\r\n\r\n") == 505);
}

TEST_CASE("a header that comes drop by drop is cut off at its deadline") {
  limits bounds;
  bounds.header = soon;
  running_server s{echo, bounds};
  raw_client c{s.port()};
  std::atomic<bool> stop{false};
  std::thread dripping{[&] {
    c.send("GET / HTTP/1.1\r\nX: ");
    while (!stop)
      c.send("x"),
          std::this_thread::sleep_for(std::chrono::milliseconds{1}); // never so much that it is too long
  }};
  CHECK(c.read_answer().status == 408);
  stop = true;
  dripping.join();
  CHECK(s->counters().timeouts == 1);
}

TEST_CASE("a client that connects and says nothing is closed without a word") {
  limits bounds;
  bounds.header = soon;
  running_server s{echo, bounds};
  CHECK(raw_client{s.port()}.closed());
}

TEST_CASE("a kept connection without requests is closed without a word") {
  limits bounds;
  bounds.idle = soon;
  running_server s{echo, bounds};
  raw_client c{s.port()};
  c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(c.read_answer().status == 200);
  CHECK(c.closed());
  CHECK_FALSE(c.was_reset());
  CHECK(s->counters().timeouts == 0);
}

TEST_CASE("a body that does not come is cut off at its deadline") {
  limits bounds;
  bounds.body = soon;
  running_server s{echo, bounds};
  CHECK(refusal_of(s.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc") == 408);
  CHECK(refusal_of(s.port(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na")
        == 408);
}

TEST_CASE("a client that stays after its last answer is left") {
  limits bounds;
  bounds.linger = soon;
  running_server s{echo, bounds};
  raw_client c{s.port()};
  c.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(c.read_answer().status == 200);
  CHECK(c.closed());
  while (s->counters().open != 0) // only once the server has closed its side for good
    std::this_thread::yield();
}

TEST_CASE("a client that does not read its answer is cut off") {
  limits bounds;
  bounds.write = soon;
  running_server s{
      [](const request&, const reply_fn& reply) { reply(text_response(200, std::string(50'000'000, 'x'))); },
      bounds};
  raw_client c{s.port()};
  c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (s->counters().timeouts == 0)
    std::this_thread::yield();
  CHECK_FALSE(c.read_answer().whole);
  CHECK(c.was_reset());
}

} // namespace rollcall::http::http_hostile_test
