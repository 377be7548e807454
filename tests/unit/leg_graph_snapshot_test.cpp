#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::leg_graph_snapshot_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view a = "a", b = "b", c = "c", d = "d";

leg_facts up(std::string_view id, std::string_view account, std::string_view group) {
  return {.id = id,
          .kind = leg_kind::external,
          .state = leg_state::up,
          .group = group,
          .account = account,
          .caller = "caller"};
}

} // namespace

TEST_CASE("leg_graph: a list alone tells the direction of a call, and gives what an event has not said") {
  const auto listed = [](std::string_view id, std::string_view connection, const std::string& direction) {
    auto facts = up(id, "1", a);
    facts.connection = connection;
    facts.said_direction = direction;
    return facts;
  };
  const std::string said = "onnet_in"; // gone before the end of the list is told
  SUBCASE("by itself") {
    leg_script s;
    s.list({{listed(b, "carrier", ""), "x", true}, {listed(a, "", said), "x"}});
    CHECK(s.rows.calls().at("a").to_carrier);
    CHECK(s.rows.calls().at("a").said_direction == said);
  }
  SUBCASE("beside an event") {
    leg_script s;
    s.graph.snapshot_begin();
    s.graph.seen(up(a, "1", a), s.now);
    s.graph.listed({listed(a, "", said)});
    s.graph.snapshot_end(true, s.now);
    s.told();
    CHECK(s.rows.calls().at("a").said_direction == said);
    CHECK_FALSE(s.rows.calls().at("a").to_carrier);
  }
}

TEST_CASE("leg_graph: a list alone tells who is in which call") {
  leg_script s;
  SUBCASE("one that talks to whom it has dialled") {
    s.list({{up(b, "1", a), "x", true}, {up(a, "1", a), "x"}});
    CHECK(s.shown() == texts{"a 1: a* b"});
    CHECK(s.rows.calls().at("a").state == call_state::connected);
    CHECK(s.rows.calls().at("a").connect == timestamp{}); // no list knows
  }
  SUBCASE("over a pair of halves") {
    const auto half = [](std::string_view id) {
      return leg_facts{.id = id, .kind = leg_kind::half, .state = leg_state::up, .group = a, .pair = "pair"};
    };
    s.list({{half("l;2"), "x"}, {half("l;1"), "y"}, {up(b, "1", a), "x", true}, {up(a, "1", a), "y"}});
    CHECK(s.shown() == texts{"a 1: a* b"});
  }
  SUBCASE("one that rings") {
    auto rings = up(b, "1", a);
    rings.state = leg_state::ringing;
    s.list({{rings, {}, true}, {up(a, "1", a)}});
    CHECK(s.shown() == texts{"a 1: a* b"});
  }
  SUBCASE("that has a group of its own") {
    s.list({{up(b, "1", b), "x", true}, {up(a, "1", a), "x"}});
    CHECK(s.shown() == texts{"a 1: a* b"});
  }
  SUBCASE("whose caller is gone") {
    s.list({{up(c, "1", a), "x", true}, {up(b, "1", a), "x", true}});
    CHECK(s.shown() == texts{"b 1: b* c"});
  }
  SUBCASE("of two accounts: a transfer has brought them together") {
    s.list({{up(d, "2", a), "x", true}, {up(a, "1", a), "x"}});
    CHECK(s.shown() == texts{"a 1: a*", "d 2: d"});
  }
  SUBCASE("in a conference, which has made them one group") {
    s.graph.snapshot_begin();
    s.graph.listed_bridge("x", bridge_kind::conference);
    for (const auto id : {a, b, c})
      s.graph.listed({up(id, "1", a), "x"});
    s.graph.snapshot_end(true, s.now);
    CHECK(s.told().shown() == texts{"a 1: a*", "b 1: b*", "c 1: c*"});
  }
}

TEST_CASE("leg_graph: what is neither listed nor heard of is gone, if the list is whole") {
  leg_script s;
  s.comes(a, "1").talk(a, b, "x").comes(c, "2");
  SUBCASE("the list is whole") {
    s.list({{up(b, "1", a), "x", true}});
    CHECK(s.shown() == texts{"a 1: b"});
    CHECK(s.ended() == texts{"c gone"});
  }
  SUBCASE("the list was cut short") {
    s.list({{up(b, "1", a), "x", true}}, false);
    CHECK(s.shown() == texts{"a 1: a* b", "c 2: c*"});
  }
  SUBCASE("it is heard of while the list is made") {
    s.graph.snapshot_begin();
    s.up(c);
    s.graph.snapshot_end(true, s.now);
    CHECK(s.told().shown() == texts{"c 2: c*"});
  }
  SUBCASE("it comes while the list is made") {
    s.graph.snapshot_begin();
    s.comes(d, "2");
    CHECK_FALSE(s.rows.calls().contains("d")); // not before the end
    for (const auto& each : {up(a, "1", a), up(b, "1", a), up(c, "2", c)})
      s.graph.listed({each, each.group == a ? "x" : ""});
    s.graph.snapshot_end(true, s.now);
    CHECK(s.told().shown() == texts{"a 1: a* b", "c 2: c*", "d 2: d*"});
  }
}

TEST_CASE("leg_graph: what has happened meanwhile counts, not what the list says of it") {
  leg_script s;
  s.comes(a, "1").talk(a, b, "x");
  s.graph.snapshot_begin();
  s.leaves("x", {b}).gone({b});
  s.bridge("hall", {a}, bridge_kind::holding);
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.listed({up(b, "1", a), "x", true});
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().shown() == texts{"a 1: a*"});
  s.comes(c, "1").up(c).bridge("x", {c}).gone({a}).passes(5s);
  CHECK(s.shown() == texts{"c 1: c*"}); // had it stayed in x, it would have talked to it
}

TEST_CASE("leg_graph: a leg that leaves a bridge while a list is made is where the list says it is else") {
  leg_script s;
  s.comes(a, "1").talk(a, b, "x");
  // Unheard of, b has gone to y.
  s.graph.snapshot_begin();
  SUBCASE("y is the one that it leaves") {
    s.leaves("y", {b});
    s.graph.listed({up(b, "1", a), "y", true});
  }
  SUBCASE("it leaves the one before late") {
    s.leaves("x", {b});
    s.graph.listed({up(b, "1", a), "y", true});
  }
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.snapshot_end(true, s.now);
  s.passes(2s);
  CHECK(s.shown() == texts{"a 1: a*", "b 1: b"});
}

TEST_CASE("leg_graph: calls that are known keep ids, accounts and times when their legs are listed") {
  leg_script s;
  const auto setup = s.now.wall - 1h, connect = s.now.wall - 59min;
  s.graph.remember({.id = "first",
                    .account = "1",
                    .caller = "4930",
                    .callee = "4940",
                    .setup = setup,
                    .connect = connect,
                    .owner = "gone",
                    .legs = {"gone", "b", "c"}});
  s.graph.remember({.id = "over", .account = "1", .legs = {"none"}});
  s.list({{up(b, "9", b), "x", true}, {up(c, "9", b), "x", true}, {up(a, "9", b), "x", true}});
  CHECK(s.shown() == texts{"a 9: a", "first 1: b c"});
  const auto& row = s.rows.calls().at("first");
  CHECK(row.caller == "4930");
  CHECK(row.callee == "4940");
  CHECK(row.setup == setup);
  CHECK(row.connect == connect);
}

TEST_CASE("leg_graph: a call that is known keeps its owner") {
  leg_script s;
  s.graph.remember({.id = "first", .account = "1", .owner = "a", .legs = {"b", "a"}});
  s.list({{up(b, "1", a), "x", true}, {up(a, "2", a), "x"}});
  CHECK(s.shown() == texts{"first 1: a* b"});
}

TEST_CASE(
    "leg_graph: a leg that is answered shows that a guess was wrong, and takes along whom it has dialled") {
  leg_script s;
  auto rings = up(b, "2", a);
  rings.state = leg_state::ringing;
  s.list({{up(a, "1", a)}, {rings, {}, true}});
  CHECK(s.shown() == texts{"a 1: a* b"});
  s.dials(b, c).up(b).passes(250ms);
  CHECK(s.shown() == texts{"a 1: a*", "b 2: b* c"});
}

TEST_CASE("leg_graph: that a leg is still dialled shows that a guess was right") {
  leg_script s;
  auto rings = up(b, "2", a);
  rings.state = leg_state::ringing;
  s.list({{up(a, "1", a)}, {rings, {}, true}});
  s.graph.still_dialled({.id = b}, a, s.now);
  s.up(b).passes(250ms);
  CHECK(s.shown() == texts{"a 1: a* b"});
}

TEST_CASE("leg_graph: a list that is too long is not taken whole") {
  leg_graph::limits few;
  few.legs = 2;
  leg_script s{few};
  s.comes(a, "1").comes(b, "1");
  s.list({{up(c, "1", c)}, {up(d, "1", d)}, {up(a, "1", a)}, {up(b, "1", b)}}, false);
  CHECK(s.shown() == texts{"a 1: a*", "b 1: b*"});
  CHECK(s.graph.refused() > 0);
}

TEST_CASE("leg_graph: a list of which not all could be taken ends no call") {
  leg_graph::limits few;
  few.legs = 2;
  few.bridges = 1;
  leg_script s{few};
  s.comes(a, "1").comes(b, "1");
  s.graph.snapshot_begin();
  SUBCASE("of legs") {
    for (const auto id : {c, d, std::string_view{"e"}, a, b})
      s.graph.listed({up(id, "1", id)});
  }
  SUBCASE("one without an id") { s.graph.listed({up({}, "1", a)}); }
  SUBCASE("of bridges") {
    for (const std::string_view id : {"x", "y"})
      s.graph.listed_bridge(id, bridge_kind::conversation);
  }
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().shown() == texts{"a 1: a*", "b 1: b*"});
}

TEST_CASE("leg_graph: who is in a bridge that is not known as a conversation talks to nobody") {
  leg_script s;
  s.graph.snapshot_begin();
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.listed({up(b, "1", b), "x", true});
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().shown() == texts{"a 1: a*", "b 1: b*"});
}

TEST_CASE("leg_graph: a leg that is up when it is first heard of is not put into a call of its group") {
  leg_script s;
  s.list({{up(a, "1", a)}}, false);
  s.graph.seen(up(b, "1", a), s.now);
  CHECK(s.told().shown() == texts{"a 1: a*", "b 1: b*"});
}

TEST_CASE("leg_graph: names of halves may come again after a restart") {
  const auto half = [](std::string_view id) {
    return leg_facts{.id = id, .kind = leg_kind::half, .state = leg_state::up, .group = a, .pair = "pair"};
  };
  leg_script s;
  const std::string first = "new;1", second = "new;2";
  SUBCASE("while one is there of whose other half nothing was heard") { s.graph.seen(half("old;1"), s.now); }
  SUBCASE("or the other half is heard of later") { s.graph.seen(half(second), s.now); }
  s.graph.snapshot_begin();
  s.graph.listed_bridge("x", bridge_kind::conversation);
  s.graph.listed_bridge("y", bridge_kind::conversation);
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.listed({half(first), "x"});
  s.graph.listed({half(second), "y"});
  s.graph.listed({up(b, "1", b), "y", true});
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().shown() == texts{"a 1: a* b"});
}

TEST_CASE("leg_graph: a bridge that is heard to be gone is not brought back by an older list") {
  leg_script s;
  s.graph.snapshot_begin();
  s.graph.bridge_gone("x", s.now);
  s.graph.listed_bridge("x", bridge_kind::conversation);
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.snapshot_end(true, s.now);
  CHECK(s.graph.bridge_count() == 0);
  s.graph.joined("none", "y", s.now); // nor is one made for a leg that there is not
  CHECK(s.graph.bridge_count() == 0);
}

} // namespace rollcall::leg_graph_snapshot_test
