#include "../unit/http_gunzip.hpp"
#include "http_client.hpp"
#include "http_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <stdexcept>

namespace rollcall::http::http_stream_test {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

/// A body made by a function: `piece(i, out)` is its i-th piece.
class made_body : public body_source {
public:
  using piece_fn = std::function<bool(int, std::string&)>;

  explicit made_body(
      piece_fn piece, std::function<void()> gone = [] {})
      : piece_(std::move(piece)), gone_(std::move(gone)) {}
  ~made_body() override { gone_(); }

  bool next(std::string& out) override { return piece_(count_++, out); }

private:
  piece_fn piece_;
  std::function<void()> gone_;
  int count_ = 0;
};

response streamed(std::unique_ptr<body_source> body) {
  response answer;
  answer.content_type = "text/xml";
  answer.body = std::move(body);
  return answer;
}

std::string piece_text(int i) {
  std::string text;
  while (text.size() < piece_bytes)
    text += "<int>" + std::to_string(i * 1000 + static_cast<int>(text.size() % 997)) + "</int>";
  return text;
}

/// Twenty pieces; the one numbered `failing` throws.
handler_fn twenty_pieces(int failing = -1) {
  return [failing](const request&, const reply_fn& reply) {
    reply(streamed(std::make_unique<made_body>([failing](int i, std::string& out) {
      if (i == failing)
        throw std::runtime_error("piece " + std::to_string(i));
      out += piece_text(i);
      return i < 19;
    })));
  };
}

std::string all_twenty() {
  std::string all;
  for (int i = 0; i < 20; ++i)
    all += piece_text(i);
  return all;
}

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string get_1_0 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
const std::string get_gzip = "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";

} // namespace

TEST_CASE("a body that fails before anything was sent is a 500, and the connection goes on") {
  running_server s{twenty_pieces(0)};
  raw_client c{s.port()};
  c.send(get + get);
  CHECK(c.read_answer().status == 500);
  CHECK(c.read_answer().status == 500);
  CHECK(s->counters().cut == 0);
}

TEST_CASE("a body that fails midway is never a whole answer, on any version and coding") {
  running_server s{twenty_pieces(15)};
  for (const auto& request : {get, get_1_0, get_gzip}) {
    raw_client c{s.port()};
    c.send(request);
    const auto answer = c.read_answer();
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.whole);
    CHECK(c.was_reset());
  }
  CHECK(s->counters().cut == 3);
}

TEST_CASE("a slow reader pulls no more than fits on the wire, and others are served meanwhile") {
  std::atomic<int> pulled{0};
  constexpr int endless = 1'000'000;
  running_server s{[&pulled](const request& asked, const reply_fn& reply) {
    if (asked.path == "/quick")
      return reply(text_response(200, "quick"));
    reply(streamed(std::make_unique<made_body>([&pulled](int i, std::string& out) {
      ++pulled;
      out.append(piece_bytes, 'x');
      return i < endless;
    })));
  }};
  raw_client slow{s.port()};
  slow.send(get);
  for (int i = 0; i < 100; ++i) {
    raw_client quick{s.port()};
    quick.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(quick.read_answer().status == 200);
  }
  CHECK(pulled > 0);
  CHECK(pulled < 1000); // 64 MB, more than the kernel takes for a reader that does not read
}

TEST_CASE("a body is dropped when its client goes away") {
  std::promise<void> gone;
  running_server s{[&gone](const request&, const reply_fn& reply) {
    reply(streamed(std::make_unique<made_body>(
        [](int, std::string& out) {
          out.append(piece_bytes, 'x');
          return true;
        },
        [&gone] { gone.set_value(); })));
  }};
  { raw_client{s.port()}.send(get); }
  CHECK(gone.get_future().wait_for(std::chrono::seconds{10}) == std::future_status::ready);
}

TEST_CASE("answers that are cut while they are sent end with a reset, whenever that is") {
  constexpr int servers = 20;
  for (int i = 0; i < servers; ++i) {
    running_server s{[](const request&, const reply_fn& reply) {
      reply(streamed(std::make_unique<made_body>([](int, std::string& out) {
        out.append(piece_bytes, 'x');
        return true;
      })));
    }};
    raw_client reading{s.port()};
    raw_client slow{s.port()};
    reading.send(get);
    slow.send(get);
    CHECK(slow.read_some().starts_with("HTTP/1.1 200"));
    for (int n = 0; n < 10 * i; ++n)
      reading.read_some();
    std::promise<void> drained;
    s->drain(std::chrono::milliseconds{i}, [&drained] { drained.set_value(); });
    reading.read_rest();
    CHECK(reading.was_reset());
    CHECK(drained.get_future().wait_for(std::chrono::seconds{10}) == std::future_status::ready);
  }
}

TEST_CASE("a long body arrives chunked and whole, and the connection goes on") {
  running_server s{twenty_pieces()};
  raw_client c{s.port()};
  c.send(get + get);
  for (int i = 0; i < 2; ++i) {
    const auto answer = c.read_answer();
    CHECK(answer.has("Transfer-Encoding: chunked"));
    CHECK(answer.whole);
    CHECK(answer.body == all_twenty());
  }
}

TEST_CASE("a long body to HTTP/1.0 ends with the connection, in good order") {
  running_server s{twenty_pieces()};
  raw_client c{s.port()};
  c.send(get_1_0);
  const auto answer = c.read_answer();
  CHECK(answer.has("Connection: close"));
  CHECK(answer.whole);
  CHECK(answer.body == all_twenty());
}

TEST_CASE("a long body is packed for clients that ask for it") {
  running_server s{twenty_pieces()};
  raw_client c{s.port()};
  c.send(get_gzip);
  const auto answer = c.read_answer();
  CHECK(answer.has("Content-Encoding: gzip"));
  CHECK(answer.has("Vary: Accept-Encoding"));
  CHECK(answer.body.size() < all_twenty().size() / 3);
  CHECK(gunzip(answer.body) == all_twenty());
}

} // namespace rollcall::http::http_stream_test
