#include "transport/switches/common/link_requests.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::link_requests_test {

using switches::link_requests;
using kind = link_requests::kind;

namespace {

constexpr std::size_t bound = 1000;
constexpr std::size_t most_hang_ups = 5;

/// A link's end, how often it has called, and what it gives away.
struct watched {
  std::size_t calls = 0;
  link_requests end{{bound, most_hang_ups}, [this] { ++calls; }};

  std::vector<kind> taken(bool may_act = true) {
    std::vector<kind> kinds;
    for (const auto& each : end.take(may_act).requests)
      kinds.push_back(each.what);
    return kinds;
  }
};

} // namespace

TEST_CASE("requests wait, in order, until the switch is attached") {
  watched w;
  w.end.passed_barrier();
  w.end.request_snapshot();
  CHECK(w.end.hang_up("1"));
  CHECK(w.taken(false).empty());
  CHECK(w.taken() == std::vector{kind::passed_barrier, kind::snapshot, kind::hang_up});
  CHECK(w.taken().empty());
}

TEST_CASE("a close is told before the switch is attached, too") {
  watched w;
  w.end.passed_barrier();
  w.end.close(close_reason::stale_epoch, "why");
  const auto news = w.end.take(false);
  CHECK(news.requests.empty());
  REQUIRE(news.closing);
  CHECK(news.closing->why == close_reason::stale_epoch);
  CHECK(news.closing->text == "why");
}

TEST_CASE("the session is called once, until it takes what is there") {
  watched w;
  w.end.passed_barrier();
  w.end.request_snapshot();
  w.end.consumed();
  w.end.consumed();
  CHECK(w.calls == 1);
  CHECK(w.end.take(true).consumed == 2);
  CHECK(w.end.take(true).consumed == 0);
  w.end.reject("x");
  w.end.close(close_reason::bad_message, "y");
  CHECK(w.calls == 2);
  const auto news = w.end.take(true);
  REQUIRE(news.requests.size() == 1);
  CHECK(news.requests.front().text == "x");
  REQUIRE(news.closing);
  CHECK(news.closing->why == close_reason::bad_message);
}

TEST_CASE("after a close all members do nothing, and hang_up says so") {
  watched w;
  w.end.close(close_reason::bad_message, "y");
  w.taken();
  w.calls = 0;
  CHECK_FALSE(w.end.hang_up("1"));
  w.end.passed_barrier();
  w.end.request_snapshot();
  w.end.reject("x");
  w.end.close(close_reason::too_slow, "z");
  CHECK(w.calls == 0);
  CHECK(w.taken().empty());
  CHECK(w.end.take(true).closing->why == close_reason::bad_message);
}

TEST_CASE("what waits in the session counts against the bound, as what waits here") {
  watched w;
  const std::string id(400, 'x');
  CHECK(w.end.hang_up(id));
  CHECK(w.taken().size() == 1);
  CHECK(w.end.hang_up(id)); // the first is the session's
  CHECK(w.taken().size() == 1);
  w.end.set_unsent(400); // the first has been sent
  CHECK(w.end.hang_up(id));
  CHECK_FALSE(w.end.hang_up(id));
  const auto news = w.end.take(true);
  CHECK(news.requests.size() == 1);
  REQUIRE(news.closing);
  CHECK(news.closing->why == close_reason::too_slow);
}

TEST_CASE("hang-ups beyond their bound are not taken, and end nothing: those that the session has yet to "
          "send count") {
  watched w;
  for (std::size_t i = 0; i < most_hang_ups; ++i)
    CHECK(w.end.hang_up("1"));
  CHECK_FALSE(w.end.hang_up("1"));
  w.end.request_snapshot(); // is no hang-up
  CHECK(w.taken().size() == most_hang_ups + 1);
  CHECK_FALSE(w.end.hang_up("1")); // the session has them
  w.end.set_unsent(0, most_hang_ups - 1);
  CHECK(w.end.hang_up("1"));
  CHECK_FALSE(w.end.hang_up("1"));
  CHECK_FALSE(w.end.take(true).closing);
}

TEST_CASE("while the session takes no hang-ups none is taken, and what else is wanted is") {
  watched w;
  w.end.set_unsent(0, 0, false);
  CHECK_FALSE(w.end.hang_up("1"));
  w.end.request_snapshot();
  CHECK(w.taken().size() == 1);
  w.end.set_unsent(0, 0, true);
  CHECK(w.end.hang_up("1"));
}

TEST_CASE("nothing waits once it is cut") {
  watched w;
  CHECK(w.end.hang_up("1"));
  CHECK(w.end.cut().size() == 1);
  CHECK_FALSE(w.end.hang_up("2"));
  CHECK(w.taken().empty());
}

} // namespace rollcall::link_requests_test
