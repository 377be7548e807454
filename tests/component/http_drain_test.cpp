#include "http_client.hpp"
#include "http_fixture.hpp"

#include <doctest/doctest.h>

#include <system_error>

namespace rollcall::http::http_drain_test {

namespace {

constexpr std::chrono::seconds long_enough{10};
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct draining {
  std::future<void> done;

  draining(server& s, std::chrono::milliseconds deadline) {
    // Shared, because a test may be over before the drain is.
    auto promise = std::make_shared<std::promise<void>>();
    done = promise->get_future();
    s.drain(deadline, [promise] { promise->set_value(); });
  }
  bool over() const { return done.wait_for(long_enough) == std::future_status::ready; }
  bool over_already() const { return done.wait_for(std::chrono::seconds{0}) == std::future_status::ready; }
};

} // namespace

TEST_CASE("a request that is not answered by the drain's deadline is cut off") {
  std::promise<reply_fn> kept;
  running_server s{[&kept](const request&, reply_fn reply) { kept.set_value(std::move(reply)); }};
  raw_client c{s.port()};
  c.send(get);
  const auto reply = kept.get_future().get();
  const draining d{*s, std::chrono::milliseconds{30}};
  CHECK(c.closed());
  CHECK(d.over());
  CHECK(s->counters().open == 0);
}

TEST_CASE("an answer under way is finished, announces the end, and the drain waits for it") {
  std::promise<reply_fn> kept;
  running_server s{[&kept](const request&, reply_fn reply) { kept.set_value(std::move(reply)); }};
  raw_client busy{s.port()};
  busy.send(get + get);
  const auto reply = kept.get_future().get();
  raw_client idle{s.port()};
  const draining d{*s, long_enough};
  CHECK(idle.closed());
  CHECK_FALSE(d.over_already());
  reply(text_response(200, "finished"));
  const auto answer = busy.read_answer();
  CHECK(answer.body == "finished\n");
  CHECK(answer.has("Connection: close"));
  CHECK(busy.read_rest().empty()); // the second request was not begun
  busy.half_close();
  CHECK(d.over());
}

TEST_CASE("a request that has begun to arrive is served before the end") {
  running_server s{echo};
  raw_client c{s.port()};
  c.send(get);
  CHECK(c.read_answer().status == 200);
  c.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(c.read_answer().status == 100);
  const draining d{*s, long_enough};
  c.send("abc");
  const auto answer = c.read_answer();
  CHECK(answer.body == "POST / abc\n");
  CHECK(answer.has("Connection: close"));
  CHECK(c.closed());
}

TEST_CASE("a drain closes idle connections and refuses new ones") {
  running_server s{echo};
  raw_client idle{s.port()};
  idle.send(get);
  CHECK(idle.read_answer().status == 200);
  const draining d{*s, long_enough};
  CHECK(idle.closed());
  CHECK_FALSE(idle.was_reset());
  idle.half_close();
  CHECK(d.over());
  CHECK_THROWS_AS(raw_client{s.port()}, std::system_error);
}

TEST_CASE("a server without connections is drained at once") {
  running_server s{echo};
  CHECK(draining{*s, long_enough}.over());
}

} // namespace rollcall::http::http_drain_test
