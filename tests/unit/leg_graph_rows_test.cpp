#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::leg_graph_rows_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view a = "a", b = "b", c = "c", d = "d", e = "e";

} // namespace

TEST_CASE("leg_graph: a call passes the states of its owner, at their times") {
  leg_script s;
  const auto begin = s.now.wall;
  s.comes(a, "");
  const auto& row = [&]() -> const leg_call& { return s.rows.calls().at("a"); };
  CHECK(row().state == call_state::wait_auth);
  s.graph.seen({.id = a, .account = "1"}, s.now);
  CHECK(s.told().rows.calls().at("a").state == call_state::wait_route);
  s.passes(250ms).dials(a, b);
  CHECK(row().state == call_state::ar_complete);
  s.up(b);
  CHECK(row().state == call_state::ar_complete);
  s.passes(250ms).up(a).passes(250ms).up(a);
  CHECK(row().state == call_state::connected);
  CHECK(row().setup == begin);
  CHECK(row().connect == begin + 500ms);
  s.gone({b}).passes(250ms).gone({a});
  CHECK(s.rows.ended().front().at == begin + 1s);
}

TEST_CASE("leg_graph: an account is the first of its owner, whatever legs say later") {
  leg_script s;
  s.comes(a, "1").talk(a, b, "x");
  s.graph.seen({.id = a, .account = "2"}, s.now);
  s.graph.seen({.id = b, .account = "3"}, s.now);
  CHECK(s.told().shown() == texts{"a 1: a* b"});
}

TEST_CASE("leg_graph: whose a call from a carrier is") {
  const auto from_carrier = [](leg_script& s, std::string_view said) {
    s.graph.seen({.id = a,
                  .kind = leg_kind::external,
                  .state = leg_state::calling,
                  .group = a,
                  .account = "trunk",
                  .said_account = said,
                  .callee = "4930",
                  .connection = "carrier"},
                 s.now);
    s.made(b, a, "7");
  };
  SUBCASE("of whom the script says") {
    leg_script s;
    from_carrier(s, "5");
    s.talk(a, b, "x");
    CHECK(s.shown() == texts{"a 5: a* b"});
  }
  SUBCASE("else of whom is called first, as its own account was") {
    leg_script s;
    from_carrier(s, "");
    CHECK(s.shown() == texts{"a : a* b"}); // what the script says may still come
    s.graph.seen({.id = b, .account = "trunk"}, s.now);
    s.talk(a, b, "x").gone({b}).made(c, a, "8").dials(a, c);
    CHECK(s.shown() == texts{"a 7: a* c"});
    CHECK(s.rows.calls().at("a").connection == "carrier");
  }
}

TEST_CASE("leg_graph: the connection and the media of a call are those of the leg that counts") {
  leg_script s;
  const auto& row = [&]() -> const leg_call& { return s.rows.calls().at("a"); };
  s.comes(a, "1").dials(a, b, "first");
  CHECK(row().connection == "first");
  s.dial_fails(b).gone({b}).dials(a, c, "second").dials(a, d, "third");
  CHECK(row().connection == "third");
  s.graph.seen({.id = c, .state = leg_state::up, .media = "192.0.2.1"}, s.now);
  s.graph.seen({.id = a, .media = "192.0.2.2"}, s.now);
  s.told();
  CHECK(row().connection == "second");
  CHECK(row().callee_media == "192.0.2.1");
  CHECK(row().caller_media == "192.0.2.2");
  s.gone({d, c});
  CHECK(row().connection == "second");
}

TEST_CASE("leg_graph: a call goes to a carrier from when one was dialled for it, and never not any more") {
  leg_script s;
  const auto& row = [&]() -> const leg_call& { return s.rows.calls().at("a"); };
  s.comes(a, "1").dials(a, b);
  CHECK_FALSE(row().to_carrier);
  s.dial_fails(b).gone({b}).dials(a, c, "carrier");
  CHECK(row().to_carrier);
  s.dial_fails(c).gone({c}).dials(a, d);
  CHECK(row().to_carrier);
  leg_script from;
  from.graph.seen(
      {.id = a, .kind = leg_kind::external, .state = leg_state::calling, .group = a, .connection = "c"},
      from.now);
  from.dials(a, b);
  CHECK_FALSE(from.rows.calls().at("a").to_carrier); // it comes from one
}

TEST_CASE("leg_graph: the direction is what the script of the owner has said first") {
  leg_script s;
  const auto& row = [&]() -> const leg_call& { return s.told().rows.calls().at("a"); };
  s.comes(a, "1").dials(a, b);
  s.graph.seen({.id = b, .said_direction = "of a callee"}, s.now);
  CHECK(row().said_direction.empty());
  s.graph.seen({.id = a, .said_direction = "onnet_in"}, s.now);
  CHECK(row().said_direction == "onnet_in");
  s.graph.seen({.id = a, .said_direction = "other"}, s.now);
  CHECK(row().said_direction == "onnet_in");
}

TEST_CASE(
    "leg_graph: numbers are the owner's first, and those that are dialled only until there are better ones") {
  leg_script s;
  s.made(a, a, "5").dials("", a);
  CHECK(s.rows.calls().at("a").callee == "number");
  s.graph.seen({.id = a, .caller = "4930", .callee = "710"}, s.now);
  CHECK(s.told().rows.calls().at("a").callee == "number");
  s.graph.seen({.id = a, .caller = "x", .callee = "y", .said_callee = "4940"}, s.now);
  s.graph.seen({.id = a, .said_callee = "z"}, s.now);
  CHECK(s.told().rows.calls().at("a").caller == "4930");
  CHECK(s.rows.calls().at("a").callee == "4940");
}

TEST_CASE("leg_graph: tables are bounded") {
  leg_graph::limits few;
  few.legs = 3;
  few.bridges = 2;
  few.id_bytes = 5;
  leg_script s{few};
  for (const auto leg : {a, b, c, d, e})
    s.comes(leg, "1");
  s.bridge("x", {a}).bridge("y", {b}).bridge("z", {c});
  CHECK(s.graph.leg_count() == 3);
  CHECK(s.graph.bridge_count() == 2);
  CHECK(s.graph.refused() == 4);
  s.gone({a}).comes("123456", "1").comes(d, "1");
  CHECK(s.shown() == texts{"b 1: b*", "c 1: c*", "d 1: d*"});
  CHECK(s.graph.refused() == 5);
}

TEST_CASE("leg_graph: long texts are cut") {
  leg_graph::limits few;
  few.text_bytes = 4;
  leg_script s{few};
  s.comes(a, "account");
  CHECK(s.shown() == texts{"a acco: a*"});
  SUBCASE("not within a character") {
    s.comes(b, "abc\xc3\xa4").comes(c, "ab\xc3\xa4x").comes(d, "\xa4\xa4\xa4\xa4\xa4");
    CHECK(s.shown() == texts{"a acco: a*", "b abc: b*", "c ab\xc3\xa4: c*", "d \xa4\xa4\xa4\xa4: d*"});
  }
}

TEST_CASE("leg_graph: who is in one conversation is together, however many that are") {
  leg_graph::limits few;
  few.walk = 4;
  leg_script s{few};
  s.comes(a, "1").up(a);
  std::string legs;
  for (auto i = 10; i < 30; ++i) {
    const auto id = std::to_string(i);
    s.dials(a, id).up(id).bridge("x", {id});
    legs += ' ' + id;
  }
  s.bridge("x", {a}).passes(5s);
  CHECK(s.shown() == texts{"a 1: a*" + legs});
  CHECK(s.ended().empty());
  s.gone({"10", "29", a}).passes(5s);
  CHECK(s.rows.calls().at("a").legs.size() == 18);
  CHECK(std::is_sorted(s.rows.calls().at("a").legs.begin(), s.rows.calls().at("a").legs.end()));
}

} // namespace rollcall::leg_graph_rows_test
