#include "transport/switches/feed/wire.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::feed_wire_tests {

using rollcall::feed::wire;

namespace {

constexpr std::size_t bound = 1000;

/// A wire, how often it has called, and what it gives away.
struct watched_wire {
  std::size_t calls = 0;
  wire line{bound, [this] { ++calls; }};

  std::string taken() {
    std::string batch;
    line.take(batch);
    return batch;
  }
};

const std::string welcome = "{welcome}\\n";
const std::string pong = "{\"type\":\"pong\"}\n";

} // namespace

TEST_CASE("nothing is given away before the welcome, and then the welcome comes first") {
  watched_wire w;
  w.line.pong();
  CHECK(w.taken().empty());
  w.line.open(welcome);
  CHECK(w.taken() == welcome + pong);
  CHECK(w.taken().empty());
}

TEST_CASE("an error without a welcome is all there is to say") {
  watched_wire w;
  w.line.pong();
  w.line.close("stale_epoch", "why");
  w.line.open(welcome);
  CHECK(w.taken() == "{\"type\":\"error\",\"code\":\"stale_epoch\",\"message\":\"why\"}\n");
}

TEST_CASE("the session is called once, until it attends") {
  watched_wire w;
  w.line.open(welcome);
  w.line.pong();
  w.line.resync();
  w.line.consumed();
  w.line.consumed();
  CHECK(w.calls == 1);
  CHECK(w.line.attend().consumed == 2);
  CHECK(w.line.attend().consumed == 0);
  w.line.warn("x");
  w.line.close("bad_message", "y");
  CHECK(w.calls == 2);
  const auto news = w.line.attend();
  CHECK(news.closing);
  CHECK(news.code == "bad_message");
  CHECK(news.reason == "y");
}

TEST_CASE("after a close all members do nothing, and hang_up says so") {
  watched_wire w;
  w.line.open(welcome);
  w.line.close("bad_message", "y");
  w.taken();
  w.line.attend();
  w.calls = 0;
  CHECK_FALSE(w.line.hang_up("1"));
  w.line.pong();
  w.line.resync();
  w.line.warn("x");
  w.line.close("too_slow", "z");
  CHECK(w.calls == 0);
  CHECK(w.taken().empty());
  CHECK(w.line.attend().code == "bad_message");
}

TEST_CASE("what is being sent counts against the bound until the next batch is taken") {
  watched_wire w;
  w.line.open(welcome);
  const std::string id(400, 'x');
  CHECK(w.line.hang_up(id));
  std::string batch;
  REQUIRE(w.line.take(batch));
  CHECK(w.line.hang_up(id));
  REQUIRE(w.line.take(batch)); // the first has been sent
  CHECK(w.line.hang_up(id));
  CHECK_FALSE(w.line.hang_up(id));
  CHECK(w.line.attend().code == "too_slow");
  REQUIRE(w.line.take(batch));
  CHECK(batch.ends_with(
      "{\"type\":\"error\",\"code\":\"too_slow\",\"message\":\"the switch does not read what it is "
      "sent\"}\n"));
}

TEST_CASE("an end without an error sends what waits, and a cut sends nothing") {
  watched_wire ended;
  ended.line.open(welcome);
  CHECK(ended.line.hang_up("1"));
  ended.line.end("the node is stopping");
  CHECK_FALSE(ended.line.hang_up("2"));
  CHECK(ended.taken() == welcome + "{\"type\":\"disconnect\",\"id\":\"1\"}\n");

  watched_wire cut;
  cut.line.open(welcome);
  CHECK(cut.line.hang_up("1"));
  cut.line.cut();
  CHECK_FALSE(cut.line.hang_up("2"));
  CHECK(cut.taken().empty());
}

} // namespace rollcall::feed_wire_tests
