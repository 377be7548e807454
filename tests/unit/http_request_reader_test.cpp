#include "transport/http/request_reader.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace rollcall::http::http_request_reader_test {
using progress = request_reader::progress;

namespace {

limits small_limits() {
  limits bounds;
  bounds.header_bytes = 1024;
  bounds.body_bytes = 100;
  return bounds;
}

/// Feeds bytes as a socket would, `step` at a time.
struct feeder {
  request_reader reader{small_limits()};

  progress feed(std::string_view bytes, std::size_t step = 1'000'000) {
    auto last = reader.advance();
    while (!bytes.empty() && last != progress::refused && last != progress::complete) {
      const auto room = reader.prepare();
      const auto count = std::min({step, room.size(), bytes.size()});
      std::copy_n(bytes.begin(), count, room.begin());
      reader.commit(count);
      bytes.remove_prefix(count);
      last = reader.advance();
    }
    return last;
  }
};

unsigned refused_with(std::string_view bytes) {
  // One byte at a time and all at once must come to the same.
  feeder whole;
  feeder slow;
  const auto last = whole.feed(bytes);
  CHECK(slow.feed(bytes, 1) == last);
  CHECK(slow.reader.why().status == whole.reader.why().status);
  return last == progress::refused ? whole.reader.why().status : 0;
}

request read(std::string_view bytes, std::size_t step = 1'000'000) {
  feeder f;
  REQUIRE(f.feed(bytes, step) == progress::complete);
  return f.reader.take();
}

const std::string head = "POST /RPC2?x=1 HTTP/1.1\r\nHost: a\r\n";

} // namespace

TEST_CASE("a request that is not HTTP is refused") {
  CHECK(refused_with("\x16\x03\x01\x02\r\n\r\n") == 400);
  CHECK(refused_with("GET\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\r\nHost : a\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\r\nHost: a\r\nX\x01: b\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\r\nno colon\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(refused_with("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == 505);
}

TEST_CASE("folded headers and bare line feeds are refused") {
  CHECK(refused_with("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(refused_with("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n") == 400);
  CHECK(refused_with("\n") == 400);
}

TEST_CASE("two ways to tell the length of a body are refused") {
  CHECK(refused_with(head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(refused_with(head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n") == 400);
  CHECK(refused_with(head + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\n") == 400);
  CHECK(refused_with(head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n") == 400);
  CHECK(refused_with(head + "Content-Length: 3, 4\r\n\r\n") == 400);
  CHECK(refused_with(head + "Transfer-Encoding: gzip\r\n\r\n") == 501);
  CHECK(refused_with(head + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
}

TEST_CASE("a Content-Length that is not a number is refused") {
  for (const auto* length : {"-1", "+1", "0x10", "1 2", "", "99999999999999999999999"})
    CHECK(refused_with(head + "Content-Length: " + length + "\r\n\r\n") == 400);
}

TEST_CASE("a body over the limit is refused before it is sent, or where it passes the limit") {
  CHECK(refused_with(head + "Content-Length: 101\r\n\r\n") == 413);
  CHECK(refused_with(head + "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n") == 413);
  CHECK(refused_with(head + "Transfer-Encoding: chunked\r\n\r\n65\r\nxxx") == 413);
  CHECK(
      refused_with(head + "Transfer-Encoding: chunked\r\n\r\n32\r\n" + std::string(50, 'x') + "\r\n33\r\nxxx")
      == 413);
  CHECK(read(head + "Content-Length: 100\r\n\r\n" + std::string(100, 'x')).body.size() == 100);
}

TEST_CASE("a header over the limit is refused, whether it ends or not") {
  CHECK(refused_with("GET /" + std::string(1024, 'x')) == 431);
  CHECK(refused_with(head + "X: " + std::string(1024, 'x') + "\r\n\r\n") == 431);
  CHECK(refused_with(head + "X: " + std::string(5000, 'x') + "\r\n\r\n") == 431);
}

TEST_CASE("chunk framing that is broken or endless is refused") {
  const auto chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(refused_with(chunked + "zz\r\nxxx") == 400);
  CHECK(refused_with(chunked + "3\r\nabcd\r\n0\r\n\r\n") == 400);
  CHECK(refused_with(chunked + "3;" + std::string(20'000, 'x')) == 400);
  CHECK(refused_with(chunked + "0\r\nX: " + std::string(20'000, 'x')) == 400);
}

TEST_CASE("a request with Content-Length is read whole") {
  const auto r = read(head + "Content-Type: text/xml\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(r.method == "POST");
  CHECK(r.target == "/RPC2?x=1");
  CHECK(r.path == "/RPC2");
  CHECK(r.query == "x=1");
  CHECK(r.version == 11);
  CHECK(r.value("content-type") == "text/xml");
  CHECK(r.find("authorization") == nullptr);
  CHECK(r.body == "abc");
}

TEST_CASE("a chunked request is read whole, and its trailers are no headers") {
  const auto r = read(head
                      + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;ext=\"x\"\r\nc\r\n0\r\n"
                        "Authorization: Digest forged\r\n\r\n");
  CHECK(r.body == "abc");
  CHECK(r.find("Authorization") == nullptr);
}

TEST_CASE("requests come out the same however the bytes are cut") {
  CHECK(rc::check([] {
    const auto step = *rc::gen::inRange<std::size_t>(1, 60);
    const auto r = read(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", step);
    RC_ASSERT(r.body == "hello!");
    RC_ASSERT(r.value("Host") == "a");
  }));
}

TEST_CASE("pipelined requests come one after the other") {
  feeder f;
  REQUIRE(f.feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + head
                 + "Content-Length: 2\r\n\r\nabGET /3 HTTP/1.0\r\n\r\nHEAD /4")
          == progress::complete);
  CHECK(f.reader.take().path == "/1");
  CHECK(f.reader.started());
  REQUIRE(f.reader.advance() == progress::complete);
  CHECK(f.reader.take().body == "ab");
  REQUIRE(f.reader.advance() == progress::complete);
  CHECK(f.reader.take().version == 10);
  CHECK_FALSE(f.reader.keep_alive());
  CHECK(f.reader.advance() == progress::need_header);
  CHECK(f.reader.started());
}

TEST_CASE("an empty line before a request is passed over") {
  feeder f;
  REQUIRE(f.feed(head + "Content-Length: 1\r\n\r\na\r\n") == progress::complete);
  f.reader.take();
  CHECK(f.reader.advance() == progress::need_header);
  CHECK_FALSE(f.reader.started());
  CHECK(f.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == progress::complete);
}

TEST_CASE("an empty line before a request hides no line end behind it, however it is cut") {
  CHECK(refused_with("\r\n\n") == 400);
  feeder f;
  CHECK(f.feed("\r") == progress::need_header);
  CHECK(f.feed("\n\n") == progress::refused);
  CHECK(refused_with("\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("a client that waits for 100 Continue is noticed once, unless it did not wait") {
  feeder f;
  CHECK(f.feed(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n") == progress::wants_continue);
  CHECK(f.reader.advance() == progress::need_body);
  CHECK(f.feed("ab") == progress::complete);
  CHECK(f.reader.take().body == "ab");

  feeder impatient;
  CHECK(impatient.feed(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\na") == progress::need_body);
  feeder bodiless;
  CHECK(bodiless.feed(head + "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n") == progress::complete);
}

TEST_CASE("whether to keep the connection follows version and Connection header") {
  const auto kept = [](std::string_view bytes) {
    feeder f;
    REQUIRE(f.feed(bytes) == progress::complete);
    return f.reader.keep_alive();
  };
  CHECK(kept("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK_FALSE(kept("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(kept("GET / HTTP/1.0\r\n\r\n"));
  CHECK(kept("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST_CASE("HEAD is read as GET and remembered") {
  feeder f;
  REQUIRE(f.feed("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n") == progress::complete);
  CHECK(f.reader.head_only());
  CHECK(f.reader.take().method == "GET");
}

TEST_CASE("no bytes break the reader") {
  static const std::vector<std::string> words{"GET / HTTP/1.1\r\n",
                                              "POST /RPC2 HTTP/1.0\r\n",
                                              "Host: a\r\n",
                                              "Transfer-Encoding: chunked\r\n",
                                              "Content-Length: 2\r\n",
                                              "Expect: 100-continue\r\n",
                                              "\r\n",
                                              "Connection: close\r\n",
                                              "2\r\nab\r\n",
                                              "0\r\n\r\n",
                                              "ab",
                                              std::string(300, 'x'),
                                              std::string(1, '\0'),
                                              "\xff",
                                              " ",
                                              "\n",
                                              ":"};
  CHECK(rc::check([] {
    const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words));
    std::string bytes;
    for (const auto& word : chosen)
      bytes += word;
    feeder f;
    auto last = f.feed(bytes, *rc::gen::inRange<std::size_t>(1, 20));
    while (last == progress::complete) {
      f.reader.take();
      last = f.reader.advance();
    }
    RC_ASSERT(last != progress::refused || f.reader.why().status >= 400);
  }));
}

TEST_CASE("no chunk framing breaks the reader, or reads differently in pieces") {
  static const std::vector<std::string> words{"0",  "2",  "2\r\nab",   "\r\n",     "\r", "\n", ";", "a=b",
                                              "\"", "ab", "0\r\n\r\n", "X: y\r\n", " ",  "f",  "0;"};
  CHECK(rc::check([] {
    const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words));
    auto bytes = head + "Transfer-Encoding: chunked\r\n\r\n";
    for (const auto& word : chosen)
      bytes += word;
    feeder whole;
    feeder pieces;
    const auto last = whole.feed(bytes);
    // A refusal may come some bytes later when they trickle in; what is accepted may not differ.
    const auto last_in_pieces = pieces.feed(bytes, *rc::gen::inRange<std::size_t>(1, 8));
    RC_ASSERT((last == progress::complete) == (last_in_pieces == progress::complete));
    if (last == progress::complete)
      RC_ASSERT(whole.reader.take().body == pieces.reader.take().body);
  }));
}

} // namespace rollcall::http::http_request_reader_test
