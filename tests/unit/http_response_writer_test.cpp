#include "http_gunzip.hpp"
#include "transport/http/response_writer.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::http::http_response_writer_test {

namespace {

/// Gives its pieces one by one; an empty one named `boom` throws.
class listed_source : public body_source {
public:
  listed_source(std::vector<std::string> pieces, bool last_with_end)
      : pieces_(std::move(pieces)), last_with_end_(last_with_end) {}

  bool next(std::string& out) override {
    if (position_ == pieces_.size())
      return false;
    const auto& piece = pieces_[position_++];
    if (piece == "boom")
      throw std::runtime_error(piece);
    out += piece;
    return !last_with_end_ || position_ < pieces_.size();
  }

private:
  std::vector<std::string> pieces_;
  bool last_with_end_;
  std::size_t position_ = 0;
};

/// Has pieces as they come; one named `end` is the end.
class waiting_source : public body_source {
public:
  struct state {
    std::deque<std::string> ready;
    int vain = 0; ///< times that it was asked for nothing
  };
  explicit waiting_source(state& now) : now_(now) {}

  bool next(std::string& out) override {
    if (now_.ready.empty()) {
      ++now_.vain;
      return true;
    }
    const auto piece = std::move(now_.ready.front());
    now_.ready.pop_front();
    if (piece == "end")
      return false;
    out += piece;
    return true;
  }

  bool wait(std::function<void()>) override { return now_.ready.empty(); }

private:
  state& now_;
};

response waited_for(waiting_source::state& now) {
  response answer;
  answer.body = std::make_unique<waiting_source>(now);
  return answer;
}

response streamed(std::vector<std::string> pieces, bool last_with_end = false) {
  response answer;
  answer.content_type = "text/xml";
  answer.body = std::make_unique<listed_source>(std::move(pieces), last_with_end);
  return answer;
}

response whole(std::string body) {
  response answer;
  answer.content_type = "text/xml";
  answer.body = std::move(body);
  return answer;
}

struct wire_bytes {
  std::string header; ///< up to and with the empty line, without the Date line
  std::string body;
  int pieces = 0;
  bool keep_alive = false;
};

wire_bytes write(response answer, const answer_form& form = {}) {
  response_writer writer{std::move(answer), form};
  wire_bytes result;
  std::string all;
  for (bool more = true; more; ++result.pieces)
    more = writer.next(all);
  const auto end = all.find("\r\n\r\n") + 4;
  result.header = all.substr(0, end);
  result.body = all.substr(end);
  result.keep_alive = writer.keep_alive();
  const auto date = result.header.find("Date: ");
  result.header.erase(date, result.header.find("\r\n", date) + 2 - date);
  return result;
}

bool has(const wire_bytes& w, const std::string& line) {
  return w.header.find("\r\n" + line + "\r\n") != std::string::npos;
}

std::string unchunk(std::string_view body) {
  std::string out;
  for (;;) {
    const auto size = std::stoul(std::string{body.substr(0, body.find("\r\n"))}, nullptr, 16);
    body.remove_prefix(body.find("\r\n") + 2);
    out += body.substr(0, size);
    body.remove_prefix(size);
    CHECK(body.substr(0, 2) == "\r\n");
    body.remove_prefix(2);
    if (size == 0) {
      CHECK(body.empty());
      return out;
    }
  }
}

const std::string long_text(2000, 'x');

} // namespace

TEST_CASE("a source that fails at once or with its second piece fails before anything is sent") {
  for (const auto& pieces : {std::vector<std::string>{"boom"}, {"a", "boom"}}) {
    response_writer writer{streamed(pieces), {}};
    std::string out;
    CHECK_THROWS_AS(writer.next(out), std::runtime_error);
  }
}

TEST_CASE("a source that fails later fails without the last chunk") {
  response_writer writer{streamed({"a", "b", "c", "boom"}), {}};
  std::string out;
  CHECK(writer.next(out));
  CHECK(writer.next(out));
  CHECK_THROWS_AS(writer.next(out), std::runtime_error);
  CHECK(out.find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("a source is never asked for rows that have not arrived") {
  for (const bool gzip : {false, true}) {
    waiting_source::state now;
    response_writer writer{waited_for(now), {.gzip = gzip}};
    std::string out;
    CHECK(writer.wait([] {}));
    now.ready = {"one"};
    CHECK_FALSE(writer.wait([] {}));
    CHECK(writer.next(out)); // the second piece is not there: a stream
    CHECK(out.find("Transfer-Encoding: chunked") != std::string::npos);
    CHECK_FALSE(out.ends_with("\r\n\r\n")); // there is more than the header
    CHECK(writer.wait([] {}));
    const auto size = out.size();
    CHECK(writer.next(out));
    CHECK(out.size() == size);
    now.ready = {"two", "end"};
    CHECK_FALSE(writer.wait([] {}));
    while (writer.next(out)) {
    }
    const auto body = unchunk(std::string_view{out}.substr(out.find("\r\n\r\n") + 4));
    CHECK((gzip ? gunzip(body) : body) == "onetwo");
    CHECK_FALSE(writer.wait([] {}));
    CHECK(now.vain == 0);
  }
}

TEST_CASE("what needs nothing from its source does not wait for it") {
  waiting_source::state now;
  CHECK_FALSE(response_writer{waited_for(now), {.head_only = true}}.wait([] {}));
  auto empty = waited_for(now);
  empty.status = 204;
  CHECK_FALSE(response_writer{std::move(empty), {}}.wait([] {}));
  CHECK_FALSE(response_writer{whole("a"), {}}.wait([] {}));
}

TEST_CASE("a line break in a header value does not become a header") {
  auto answer = whole("a");
  answer.headers = {{"X-Note", "a\r\nSet-Cookie: b"}};
  const auto w = write(std::move(answer));
  CHECK(has(w, "X-Note: a  Set-Cookie: b"));
  CHECK_FALSE(has(w, "Set-Cookie: b"));
}

TEST_CASE("a short answer is written byte for byte as expected") {
  auto answer = whole("<a/>");
  answer.headers = {{"X-Rollcall-Complete", "yes"}};
  const auto w = write(std::move(answer));
  CHECK(w.header
        == "HTTP/1.1 200 OK\r\nServer: rollcall\r\nContent-Type: text/xml\r\nX-Rollcall-Complete: yes\r\n"
           "Content-Length: 4\r\n\r\n");
  CHECK(w.body == "<a/>");
  CHECK(w.pieces == 1);
  CHECK(w.keep_alive);
}

TEST_CASE("the connection's end is announced to HTTP/1.1, its going on to HTTP/1.0") {
  CHECK(has(write(whole("a"), {.version = 11, .keep_alive = false}), "Connection: close"));
  CHECK(has(write(whole("a"), {.version = 10, .keep_alive = true}), "Connection: keep-alive"));
  CHECK(has(write(whole("a"), {.version = 10, .keep_alive = false}), "Connection: close"));
}

TEST_CASE("a source with nothing or one piece goes out with its length") {
  for (const bool last_with_end : {false, true}) {
    const auto w = write(streamed({"only"}, last_with_end), {.version = 10, .keep_alive = true});
    CHECK(has(w, "Content-Length: 4"));
    CHECK(w.body == "only");
    CHECK(w.keep_alive);
    CHECK(has(write(streamed({}, last_with_end)), "Content-Length: 0"));
  }
}

TEST_CASE("a longer source goes out chunked") {
  for (const bool last_with_end : {false, true}) {
    const auto w = write(streamed({"one", "", "two", "", "three", ""}, last_with_end));
    CHECK(has(w, "Transfer-Encoding: chunked"));
    CHECK(w.header.find("Content-Length") == std::string::npos);
    CHECK(unchunk(w.body) == "onetwothree");
    CHECK(w.keep_alive);
  }
}

TEST_CASE("a longer source to HTTP/1.0 ends with the connection") {
  const auto w = write(streamed({"one", "two", "three"}), {.version = 10, .keep_alive = true});
  CHECK(w.header.find("Transfer-Encoding") == std::string::npos);
  CHECK(has(w, "Connection: close"));
  CHECK_FALSE(w.keep_alive);
  CHECK(w.body == "onetwothree");
}

TEST_CASE("pieces are pulled only as they are asked for") {
  response_writer writer{streamed({"a", "b", "boom"}), {}};
  std::string out;
  CHECK(writer.next(out));
  CHECK(out.ends_with("2\r\nab\r\n"));
}

TEST_CASE("what is short or packed already is not packed") {
  CHECK_FALSE(has(write(whole("short"), {.gzip = true}), "Content-Encoding: gzip"));
  CHECK_FALSE(has(write(streamed({"short"}), {.gzip = true}), "Content-Encoding: gzip"));
  auto packed = whole(long_text);
  packed.headers = {{"content-encoding", "br"}};
  CHECK_FALSE(has(write(std::move(packed), {.gzip = true}), "Content-Encoding: gzip"));
  const auto unwanted = write(whole(long_text), {.gzip = false});
  CHECK_FALSE(has(unwanted, "Content-Encoding: gzip"));
  CHECK(has(unwanted, "Vary: Accept-Encoding"));
}

TEST_CASE("a long answer is packed with its length") {
  const auto w = write(whole(long_text), {.gzip = true});
  CHECK(has(w, "Content-Encoding: gzip"));
  CHECK(has(w, "Vary: Accept-Encoding"));
  CHECK(has(w, "Content-Length: " + std::to_string(w.body.size())));
  CHECK(w.body.size() < 100);
  CHECK(gunzip(w.body) == long_text);
}

TEST_CASE("a streamed answer is packed piece by piece") {
  std::vector<std::string> pieces;
  std::string expected;
  unsigned noise = 1;
  for (int i = 0; i < 20; ++i) {
    std::string piece;
    for (int j = 0; j < 60'000; ++j)
      piece += static_cast<char>('a' + (noise = noise * 1664525 + 1013904223) % 17);
    expected += piece;
    pieces.push_back(std::move(piece));
  }
  const auto w = write(streamed(pieces), {.gzip = true});
  CHECK(has(w, "Content-Encoding: gzip"));
  CHECK(w.pieces > 5);
  CHECK(gunzip(unchunk(w.body)) == expected);
  CHECK(gunzip(write(streamed(pieces), {.version = 10, .gzip = true}).body) == expected);
}

TEST_CASE("HEAD gets the header of GET and no body") {
  const auto w = write(whole("<a/>"), {.head_only = true});
  CHECK(has(w, "Content-Length: 4"));
  CHECK(w.body.empty());
  const auto s = write(streamed({"boom"}), {.head_only = true});
  CHECK(has(s, "Transfer-Encoding: chunked"));
  CHECK(s.body.empty());
  CHECK(s.keep_alive);
}

TEST_CASE("answers that have no body have no length either") {
  response answer;
  answer.status = 204;
  const auto w = write(std::move(answer));
  CHECK(w.header == "HTTP/1.1 204 No Content\r\nServer: rollcall\r\n\r\n");
}

} // namespace rollcall::http::http_response_writer_test
