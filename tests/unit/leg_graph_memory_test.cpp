#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::leg_graph_memory_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view a = "a", b = "b", c = "c";

listed_leg item(std::string_view id, std::string_view account, std::string_view bridge = {},
                bool child = false) {
  return {{.id = id, .kind = leg_kind::external, .state = leg_state::up, .group = id, .account = account},
          bridge,
          child};
}

std::string lines(const texts& all) {
  std::string text;
  for (const auto& each : all)
    text += each + '\n';
  return text;
}

} // namespace

TEST_CASE("leg_graph: calls that are known from before") {
  const known_call first{.id = "first", .account = "1", .owner = "a", .legs = {"a", "b"}};
  struct example {
    std::string what;
    known_call known;
    std::function<void(leg_script&)> happens;
    texts calls;
    texts ended;
  };
  const std::vector<example> table = {
      {"are so after a list that was cut, too",
       first,
       [](auto& s) {
         s.list({}, false);
         s.list({item(a, "9", "x"), item(b, "9", "x", true)});
       },
       {"first 1: a* b"},
       {}},
      {"a list that has lost one of its channels is no whole one",
       first,
       [](auto& s) {
         s.graph.snapshot_begin();
         s.graph.listed({{.id = {}}});
         s.graph.snapshot_end(true, s.now);
         s.list({item(a, "9", "x")});
       },
       {"first 1: a*"},
       {}},
      {"but are over after a whole one that has none of their legs, whatever comes late",
       first,
       [](auto& s) {
         s.list({});
         s.comes(a, "9").comes(c, "9");
       },
       {"c 9: c*"},
       {}},
      {"go on with the first event of a leg", first, [](auto& s) { s.comes(a, "9"); }, {"first 1: a*"}, {}},
      {"also between a cut list and the next one",
       first,
       [](auto& s) {
         s.list({item(c, "1")}, false);
         s.comes(b, "9").comes(a, "9");
       },
       {"c 1: c*", "first 1: a* b"},
       {}},
      {"are not given away while their owner may still be listed",
       first,
       [](auto& s) {
         s.comes(b, "1").up(b).comes(c, "1").up(c).bridge("x", {b, c}).passes(5s).comes(a, "1");
       },
       {"c 1: c*", "first 1: a* b"},
       {}},
      {"but when it is not",
       first,
       [](auto& s) {
         s.list({item(c, "1", "x"), item(b, "1", "x", true)});
       },
       {"c 1: c* b"},
       {"first joined c"}},
      {"or is heard to be gone",
       first,
       [](auto& s) {
         s.comes(b, "1").up(b).comes(c, "1").up(c).bridge("x", {b, c}).gone({a});
       },
       {"c 1: c* b"},
       {"first joined c"}},
      {"or had gone before",
       {.id = "first", .account = "1", .legs = {"b", "c"}},
       [](auto& s) {
         s.list({item(a, "1", "x"), item(b, "1", "x", true), item(c, "1", "x", true)});
       },
       {"a 1: a* b c"},
       {"first joined a"}},
      {"do not begin again when they have ended",
       first,
       [](auto& s) { s.comes(b, "1").gone({b}).comes(a, "1"); },
       {"a/1800000001 1: a*"},
       {"first gone"}},
      {"go on with legs that came while the connection was away, when theirs have gone meanwhile",
       {.id = "a", .account = "1", .legs = {"c"}},
       [](auto& s) {
         s.comes(a, "1");
         s.list({item(c, "1")});
       },
       {"a 1: c"},
       {}},
      {"are not begun by another leg when this graph has told their end",
       {.id = "a", .account = "1", .legs = {"c"}},
       [](auto& s) {
         s.comes(a, "1").gone({a});
         s.list({item(c, "1")});
       },
       {"c/1800000001 1: c*"},
       {"a gone"}},
  };
  for (const auto& each : table) {
    CAPTURE(each.what);
    leg_script s;
    s.graph.remember(each.known);
    each.happens(s);
    CHECK(lines(s.shown()) == lines(each.calls));
    CHECK(lines(s.ended()) == lines(each.ended));
  }
}

TEST_CASE("leg_graph: no id is told twice, also not by a graph that was told of it") {
  leg_script s;
  SUBCASE("of a leg that had begun two") {
    s.graph.remember({.id = "b/2", .account = "1", .legs = {"gone", "b"}});
    s.list({item(c, "1", "x"), item(b, "1", "x", true)});
    CHECK(s.shown() == texts{"c 1: c* b"});
    s.leaves("x", {c, b}).passes(2s);
    CHECK(s.shown() == texts{"b/1800000001 1: b", "c 1: c*"});
  }
  SUBCASE("of one whose calls are not known any more") {
    s.graph.remember({.id = "c", .account = "1", .owner = "c", .legs = {"c", "a"}});
    s.list({item(c, "1", "x"), item(a, "1", "x", true)});
    s.leaves("x", {c, a}).passes(2s);
    CHECK(s.shown() == texts{"a/1800000001 1: a", "c 1: c*"});
  }
}

TEST_CASE("leg_graph: of a call that is known the account is compared with that from where it was") {
  leg_script s;
  auto owner = item(a, "trunk", "x");
  auto child = item(c, "trunk", "x", true);
  std::string account = "77";
  SUBCASE("the script named it") { owner.facts.said_account = child.facts.said_account = "77"; }
  SUBCASE("it was that of whom a carrier's call was put through to") { owner.facts.connection = "carrier"; }
  SUBCASE("it is its owner's own") { account = "trunk"; }
  s.graph.remember({.id = "a", .account = account, .owner = "a", .legs = {"a"}});
  s.list({owner, child});
  CHECK(s.shown() == texts{"a " + account + ": a* c"});
}

} // namespace rollcall::leg_graph_memory_test
