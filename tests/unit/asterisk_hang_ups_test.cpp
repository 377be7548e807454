#include "transport/switches/asterisk/hang_ups.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::asterisk_hang_ups_test {

using namespace asterisk;
using namespace std::chrono_literals;

namespace {

struct fixture {
  leg_moment at() const { return {now, timestamp{std::chrono::hours{500'000}}}; }

  void caller(const std::string& id) {
    graph.seen(
        {.id = id, .kind = leg_kind::external, .state = leg_state::calling, .group = id, .account = "801"},
        at());
  }
  void callee(const std::string& id, const std::string& of) {
    graph.dialled({.id = id, .kind = leg_kind::external, .state = leg_state::ringing, .group = of}, of, "1",
                  at());
  }

  /// The legs that may be named now, `!call` for what cannot be.
  std::vector<std::string> named() {
    std::vector<std::string> all;
    while (true) {
      std::optional<hang_ups::refused> bad;
      const auto next = it.next(now, bad);
      if (bad)
        all.push_back((bad->unknown ? "?" : "!") + bad->call);
      else if (next)
        all.push_back(next->leg);
      else
        return all;
    }
  }

  leg_graph graph;
  hang_ups::moment now{1h};
  hang_ups it{[] {
                limits few;
                few.hang_ups_burst = 5;
                few.left_behind = 2;
                return few;
              }(),
              10, graph, now};
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(fixture, "a call is hung up by its owner's leg, once, however often that is wanted") {
  caller("1.1");
  callee("1.2", "1.1");
  CHECK(it.enqueue("1.1"));
  CHECK_FALSE(it.enqueue("1.1"));
  CHECK(named() == names{"1.1"});
  CHECK_FALSE(it.enqueue("1.1")); // it is not answered
  it.answered("1.1", true, now);
  CHECK(it.enqueue("1.1")); // who asks again may
}

TEST_CASE_FIXTURE(fixture, "a call without an owner is hung up by each of its legs") {
  caller("1.1");
  callee("1.2", "1.1");
  callee("1.3", "1.1");
  graph.gone("1.1", at());
  REQUIRE(it.enqueue("1.1"));
  CHECK(named() == names{"1.2", "1.3"});
  CHECK_FALSE(it.enqueue("1.1"));
  it.answered("1.1", true, now);
  CHECK_FALSE(it.enqueue("1.1")); // one is still to be answered
  it.answered("1.1", false, now);
  CHECK(it.enqueue("1.1"));
}

TEST_CASE_FIXTURE(fixture, "legs that are left a second after their owner are hung up, and only those") {
  caller("1.1");
  callee("1.2", "1.1");
  callee("1.3", "1.1");
  REQUIRE(it.enqueue("1.1"));
  CHECK(named() == names{"1.1"});
  it.answered("1.1", true, now);
  graph.gone("1.1", at());
  graph.gone("1.3", at());
  now += 900ms;
  it.look(now);
  CHECK(named().empty());
  now += 200ms;
  it.look(now);
  CHECK(named() == names{"1.2"});
}

TEST_CASE_FIXTURE(fixture, "a leg that has joined the call after the order is not named") {
  caller("1.1");
  callee("1.2", "1.1");
  REQUIRE(it.enqueue("1.1"));
  CHECK(named() == names{"1.1"});
  it.answered("1.1", true, now);
  graph.gone("1.1", at());
  callee("1.3", "1.2");
  REQUIRE(graph.call_of("1.3") == graph.find("1.1"));
  now += 2s;
  it.look(now);
  CHECK(named() == names{"1.2"});
}

TEST_CASE_FIXTURE(fixture, "a call whose owner stays after a hang-up is left to whoever asks again") {
  caller("1.1");
  callee("1.2", "1.1");
  REQUIRE(it.enqueue("1.1"));
  CHECK(named() == names{"1.1"});
  it.answered("1.1", true, now);
  now += 2s;
  it.look(now);
  CHECK(named().empty());
  CHECK(it.enqueue("1.1"));
}

TEST_CASE_FIXTURE(fixture, "what is gone before its turn comes is not named, nor is what nobody knows") {
  caller("1.1");
  callee("1.2", "1.1");
  callee("1.3", "1.1");
  graph.gone("1.1", at());
  REQUIRE(it.enqueue("1.1"));
  std::optional<hang_ups::refused> bad;
  CHECK(it.next(now, bad)->leg == "1.2");
  graph.gone("1.3", at());
  REQUIRE(it.enqueue("9.9"));
  CHECK(named() == names{"?9.9"});
  CHECK(it.enqueue("9.9")); // it may be known the next time
}

TEST_CASE_FIXTURE(
    fixture, "a Uniqueid that somebody has chosen to be a pattern or the name of a channel is not named") {
  caller("/.*/");
  caller("PJSIP/802-00000001");
  REQUIRE(it.enqueue("/.*/"));
  REQUIRE(it.enqueue("PJSIP/802-00000001"));
  CHECK(named() == names{"!/.*/", "!PJSIP/802-00000001"});
  CHECK(it.waiting() == 0);
}

TEST_CASE_FIXTURE(fixture, "of calls that were hung up nothing is kept, whatever was answered, or never") {
  for (int i = 0; i < 4; ++i) {
    const auto id = "1." + std::to_string(i);
    caller(id);
    callee("2." + std::to_string(i), id);
    it.enqueue(id);
  }
  it.enqueue("of nobody");
  CHECK(named().size() == 4 + 1);
  CHECK(it.kept() == 4 + 4);
  it.answered("1.0", true, now);
  it.answered("1.1", true, now);
  it.answered("1.2", true, now);
  it.answered("1.3", false, now);
  CHECK(it.kept() == 2); // no more wait for what is left of them
  graph.gone("1.0", at());
  now += 1s;
  it.look(now);
  CHECK(named() == names{"2.0"});
  it.answered("1.0", true, now);
  it.answered("of nobody", true, now);
  graph.gone("2.0", at());
  now += 1s;
  it.look(now);
  CHECK(it.kept() == 0);
  CHECK(it.waiting() == 0);
}

TEST_CASE_FIXTURE(fixture, "hang-ups are spread over time") {
  for (int i = 0; i < 7; ++i) {
    caller("1." + std::to_string(i));
    it.enqueue("1." + std::to_string(i));
  }
  CHECK(named().size() == 5);
  REQUIRE(it.wait(now));
  CHECK(*it.wait(now) == 100ms);
  now += 100ms;
  CHECK(named() == names{"1.5"});
  CHECK(it.waiting() == 1);
}

} // namespace rollcall::asterisk_hang_ups_test
