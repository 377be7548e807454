#include "domain/base/fan_in.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall::fan_in_test {

namespace {

using fate = fan_in::fate;

/// What happens to one party, in order.
enum class step : std::uint8_t { answer, pass_on_to_none, pass_on_to_two, fail, give_up };

bool take(fan_in& all, fan_in::party who, step what) {
  switch (what) {
  case step::answer:
    return all.answered(who);
  case step::pass_on_to_none:
    return all.passed_on(who, 0);
  case step::pass_on_to_two:
    return all.passed_on(who, 2);
  case step::fail:
    return all.failed(who, "failed");
  case step::give_up:
    return !all.give_up("too late").empty();
  }
  return false;
}

} // namespace

TEST_CASE("fan_in: who expects nobody is done") {
  fan_in all;
  CHECK(all.is_over());
  CHECK(all.give_up("too late").empty());
  CHECK(all.parties().empty());
}

TEST_CASE("fan_in: a party that was left out is missing and not awaited") {
  fan_in all;
  const auto who = all.leave_out("node-b", "it is down");
  CHECK(all.is_over());
  CHECK(all.is_missing(who));
  CHECK_FALSE(all.is_awaited(who));
  CHECK_FALSE(all.answered(who));
  CHECK_FALSE(all.failed(who, "another reason"));
  CHECK(all.parties()[who].is == fate::away);
  CHECK(all.parties()[who].why == "it is down");
}

TEST_CASE("fan_in: what becomes of one party") {
  struct example {
    const char* what;
    std::vector<step> steps;
    fate is;
    std::uint64_t open;
    const char* why;
  };
  const std::vector<example> table = {
      {"nothing has come", {}, fate::awaited, 1, ""},
      {"it answers", {step::answer}, fate::answered, 0, ""},
      {"it passes the question on to nobody", {step::pass_on_to_none}, fate::answered, 0, ""},
      {"two answer for it, one so far", {step::pass_on_to_two, step::answer}, fate::awaited, 1, ""},
      {"two answer for it", {step::pass_on_to_two, step::answer, step::answer}, fate::answered, 0, ""},
      {"one of the two passes it on to two",
       {step::pass_on_to_two, step::pass_on_to_two, step::answer},
       fate::awaited,
       2,
       ""},
      {"it fails", {step::fail}, fate::failed, 1, "failed"},
      {"it fails after a part", {step::pass_on_to_two, step::answer, step::fail}, fate::failed, 1, "failed"},
      {"it is silent", {step::give_up}, fate::silent, 1, "too late"},
      {"two of three never came",
       {step::pass_on_to_two, step::pass_on_to_two, step::answer, step::give_up},
       fate::silent,
       2,
       "too late"},
      {"it answers twice", {step::answer, step::answer}, fate::answered, 0, ""},
      {"it passes on after its answer", {step::answer, step::pass_on_to_two}, fate::answered, 0, ""},
      {"it fails after its answer", {step::answer, step::fail}, fate::answered, 0, ""},
      {"it answers after it failed", {step::fail, step::answer}, fate::failed, 1, "failed"},
      {"it answers too late", {step::give_up, step::answer}, fate::silent, 1, "too late"},
      {"it fails too late", {step::give_up, step::fail}, fate::silent, 1, "too late"},
  };
  for (const auto& one : table) {
    CAPTURE(one.what);
    fan_in all;
    const auto who = all.expect("node-b");
    for (const auto what : one.steps)
      take(all, who, what);
    const auto& is = all.parties()[who];
    CHECK(is.name == "node-b");
    CHECK(is.is == one.is);
    CHECK(is.open == one.open);
    CHECK(is.why == one.why);
    CHECK(all.is_over() == (one.is != fate::awaited));
    CHECK(all.is_awaited(who) == (one.is == fate::awaited));
    CHECK(all.is_missing(who) == (one.is == fate::failed || one.is == fate::silent));
  }
}

TEST_CASE("fan_in: giving up names those that were awaited, and no others") {
  fan_in all;
  const auto answers = all.expect("a");
  const auto silent = all.expect("b");
  all.leave_out("c", "it is down");
  const auto fails = all.expect("d");
  const auto also_silent = all.expect("e");
  CHECK(all.answered(answers));
  CHECK(all.failed(fails, "no"));
  CHECK_FALSE(all.is_over());
  CHECK(all.give_up("too late") == std::vector{silent, also_silent});
  CHECK(all.is_over());
  CHECK(all.give_up("too late").empty());
}

TEST_CASE("fan_in: it is over exactly when nobody is awaited, whatever comes in whatever order") {
  CHECK(rc::check([] {
    struct model {
      std::uint64_t open;
      fate is;
    };
    fan_in all;
    std::vector<model> expected;
    const auto steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
      const auto kind = *rc::gen::inRange(0, 8);
      if (kind == 0 || expected.empty()) {
        RC_ASSERT(all.expect("x") == expected.size());
        expected.push_back({1, fate::awaited});
        continue;
      }
      if (kind == 1) {
        RC_ASSERT(all.leave_out("x", "down") == expected.size());
        expected.push_back({0, fate::away});
        continue;
      }
      if (kind == 2 && *rc::gen::inRange(0, 10) == 0) {
        std::vector<fan_in::party> silent;
        for (std::size_t who = 0; who < expected.size(); ++who)
          if (expected[who].is == fate::awaited) {
            expected[who].is = fate::silent;
            silent.push_back(who);
          }
        RC_ASSERT(all.give_up("late") == silent);
        continue;
      }
      const auto who = *rc::gen::inRange<std::size_t>(0, expected.size());
      auto& one = expected[who];
      const auto awaited = one.is == fate::awaited;
      if (kind == 3) {
        RC_ASSERT(all.failed(who, "no") == awaited);
        if (awaited)
          one.is = fate::failed;
      } else {
        const auto more = kind < 6 ? *rc::gen::inRange<std::uint64_t>(0, 4) : 0;
        RC_ASSERT((kind < 6 ? all.passed_on(who, more) : all.answered(who)) == awaited);
        if (awaited)
          one.open += more - 1;
        if (awaited && one.open == 0)
          one.is = fate::answered;
      }
    }
    auto over = true;
    RC_ASSERT(all.parties().size() == expected.size());
    for (std::size_t who = 0; who < expected.size(); ++who) {
      const auto& one = all.parties()[who];
      RC_ASSERT(one.is == expected[who].is);
      RC_ASSERT(one.open == expected[who].open);
      RC_ASSERT(one.why.empty() == (one.is == fate::awaited || one.is == fate::answered));
      over = over && one.is != fate::awaited;
    }
    RC_ASSERT(all.is_over() == over);
  }));
}

} // namespace rollcall::fan_in_test
