#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace rollcall::leg_graph_calls_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

std::string lines(const texts& all) {
  std::string text;
  for (const auto& each : all)
    text += each + '\n';
  return text;
}

constexpr std::string_view a = "a", b = "b", c = "c", d = "d", e = "e", one = "l;1", two = "l;2";

} // namespace

TEST_CASE("leg_graph: what is shown of what happens") {
  struct example {
    std::string what;
    std::function<void(leg_script&)> happens;
    texts calls;
    texts ended;
  };
  const std::vector<example> table = {
      {"answered, not over", [](auto& s) { s.comes(a, "1").made(b, a).talk(a, b, "x"); }, {"a 1: a* b"}, {}},
      {"answered, the caller goes first",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {a, b}).gone({a, b});
       },
       {},
       {"a gone"}},
      {"the callee goes first, and the caller stays",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {b, a}).gone({b});
       },
       {"a 1: a*"},
       {}},
      {"cancelled",
       [](auto& s) {
         s.comes(a, "1").dials(a, b).dial_fails(b).gone({b, a});
       },
       {},
       {"a gone"}},
      {"failover",
       [](auto& s) { s.comes(a, "1").dials(a, b).dial_fails(b).gone({b}).made(c, a).dials(a, c); },
       {"a 1: a* c"},
       {}},
      {"fork, the loser's dial ends twice",
       [](auto& s) {
         s.comes(a, "1").dials(a, b).dials(a, c).up(c).up(a).dial_fails(b).dial_fails(b).gone({b});
         s.bridge("x", {c, a});
       },
       {"a 1: a* c"},
       {}},
      {"a leg that was a call of its own until it is dialled",
       [](auto& s) { s.comes(a, "1").made(b, b).dials(a, b); },
       {"a 1: a* b"},
       {"b guess a"}},
      {"over a pair of halves",
       [](auto& s) {
         s.comes(a, "1").halves(one, two, a).dials_half(a, one).made(b, b).dials(two, b).up(b).up(a);
         s.bridge("x", {b, two}).bridge("y", {one, a}).passes(5s);
       },
       {"a 1: a* b"},
       {"b guess a"}},
      {"the halves drop out of it",
       [](auto& s) {
         s.comes(a, "1").halves(one, two, a).dials_half(a, one).dials(two, b).up(b).up(a);
         s.bridge("x", {b, two}).bridge("y", {one, a}).leaves("x", {b}).leaves("y", {one});
         s.bridge("y", {b}).leaves("x", {two}).gone({one, two}).passes(5s);
       },
       {"a 1: a* b"},
       {}},
      {"originated over halves", // nobody has dialled the first half
       [](auto& s) {
         s.halves(one, two, one).dials_half("", one).made(b, one, "5").dials(two, b).up(b);
         s.bridge("x", {b, two});
       },
       {"b 5: b*"},
       {}},
      {"originated, then connected to somebody",
       [](auto& s) { s.made(a, a, "5").dials("", a).up(a).made(b, a).talk(a, b, "x"); },
       {"a 5: a* b"},
       {}},
      {"blind transfer by the callee",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {a, b}).gone({b}).made(c, a).talk(a, c, "y").passes(5s);
       },
       {"a 1: a* c"},
       {}},
      {"blind transfer by the caller",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {b, a}).gone({a}).made(c, a).talk(b, c, "y").passes(5s);
       },
       {"a 1: b c"},
       {}},
      {"attended transfer within one account",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "1").talk(c, d, "y");
         s.leaves("x", {a}).leaves("y", {c}).bridge("y", {a}).leaves("x", {b}).gone({b, c}).passes(5s);
       },
       {"a 1: a* d"},
       {"c joined a"}},
      {"attended transfer by a caller of both: the older one goes on",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "1").talk(c, d, "y");
         s.leaves("x", {b}).bridge("y", {b}).gone({c, a}).passes(5s);
       },
       {"a 1: b d"},
       {"c joined a"}},
      {"attended transfer across accounts leaves two",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "2").talk(c, d, "y");
         s.leaves("x", {a}).leaves("y", {c}).bridge("y", {a}).leaves("x", {b}).gone({b, c}).passes(5s);
       },
       {"a 1: a*", "c 2: d"},
       {}},
      {"of them the first ends, and the other goes on until its leg has gone",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "2").talk(c, d, "y");
         s.bridge("y", {a}).gone({b, c, a}).passes(5s);
       },
       {"c 2: d"},
       {"a gone"}},
      {"calls of no account are never made one",
       [](auto& s) {
         s.comes(a, "").talk(a, b, "x").comes(c, "").talk(c, d, "y").bridge("y", {a}).gone({b, c}).passes(5s);
       },
       {"a : a*", "c : d"},
       {}},
      {"to an application", // the consultation's second leg has nobody behind it
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "2").up(c).leaves("x", {a, b}).gone({b, c}).passes(5s);
       },
       {"a 1: a*"},
       {"c gone"}},
      {"two callers brought together stay two",
       [](auto& s) {
         s.comes(a, "1").up(a).comes(b, "1").up(b).bridge("x", {a, b}).passes(5s);
       },
       {"a 1: a*", "b 1: b*"},
       {}},
      {"picked up",
       [](auto& s) {
         s.comes(a, "1").dials(a, b).comes(c, "1").up(c).up(a).gone({b}).bridge("x", {c, a}).passes(5s);
       },
       {"a 1: a*", "c 1: c*"},
       {}},
      {"a conference of three",
       [](auto& s) {
         for (const auto leg : {a, b, c})
           s.comes(leg, "1").up(leg).bridge("x", {leg}, bridge_kind::conference);
         s.passes(5s);
       },
       {"a 1: a*", "b 1: b*", "c 1: c*"},
       {}},
      {"parked: the other one is a call of its own after a second",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {a}).bridge("p", {a}, bridge_kind::holding).passes(2s);
       },
       {"a 1: a*", "b 1: b"},
       {}},
      {"not before a second",
       [](auto& s) { s.comes(a, "1").talk(a, b, "x").leaves("x", {a}).bridge("p", {a}).passes(1s); },
       {"a 1: a* b"},
       {}},
      {"parked, and fetched by who was left",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").bridge("p", {a}, bridge_kind::holding).passes(2s);
         s.bridge("x", {a}).passes(2s);
       },
       {"a 1: a* b"},
       {"b joined a"}},
      {"parked, and fetched by somebody else: three",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").bridge("p", {a}, bridge_kind::holding).passes(2s);
         s.comes(c, "3").up(c).leaves("p", {a}).bridge("z", {c, a}).passes(2s);
       },
       {"a 1: a*", "b 1: b", "c 3: c*"},
       {}},
      {"sent apart: the callee goes where there is no bridge",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {a, b}).passes(2s);
       },
       {"a 1: a*", "b 1: b"},
       {}},
      {"who is apart takes along whom it talks to",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").talk(a, c, "x").bridge("y", {b, c}).passes(2s);
       },
       {"a 1: a*", "b 1: b c"},
       {}},
      {"answered, and about to be connected",
       [](auto& s) { s.comes(a, "1").dials(a, b).up(b).passes(5s); },
       {"a 1: a* b"},
       {}},
      {"split a second time it has another id",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").leaves("x", {a, b}).passes(2s).bridge("x", {a, b}).passes(2s);
         s.leaves("x", {a, b}).passes(2s);
       },
       {"a 1: a*", "b/2 1: b"},
       {"b joined a"}},
      {"who is answered is not dialled into another account's call",
       [](auto& s) { s.comes(a, "1").up(a).comes(b, "2").up(b).dials(a, b).passes(2s); },
       {"a 1: a*", "b 2: b*"},
       {}},
      {"a guess that its account refutes",
       [](auto& s) { s.comes(a, "1").up(a).made(b, a, "2").up(b).passes(2s); },
       {"a 1: a*", "b 2: b*"},
       {}},
      {"a guess that goes to the call of its account",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "2").talk(c, d, "y").bridge("y", {a}).gone({b, c});
         s.graph.seen({.id = d, .group = a}, s.now);
         s.graph.seen({.id = e, .kind = leg_kind::external, .group = a}, s.now);
         s.graph.seen({.id = e, .state = leg_state::up, .account = "2"}, s.now);
         s.passes(250ms);
       },
       {"a 1: a*", "c 2: d e"},
       {}},
      {"a guess that is right by a dial between, which is told late",
       [](auto& s) {
         s.comes(a, "1").halves(one, two, a).made(b, a, "2").dials(two, b).dials_half(a, one);
         s.up(b).passes(250ms);
       },
       {"a 1: a* b"},
       {}},
      {"and one that is wrong by it",
       [](auto& s) {
         s.comes(a, "1").comes(c, "2").halves(one, two, c).made(b, a).dials(two, b).dials_half(c, one);
         s.graph.still_dialled({.id = b, .state = leg_state::ringing}, two, s.now);
         s.told();
       },
       {"a 1: a*", "c 2: c* b"},
       {}},
      {"a guess that is dialled for nobody",
       [](auto& s) { s.comes(a, "1").made(b, a, "2").dials("", b); },
       {"a 1: a*", "b 2: b*"},
       {}},
      {"one that takes another's place takes its call over",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "1").up(c);
         s.graph.replaced(a, c, s.now);
         s.bridge("x", {c}).gone({a}).passes(5s);
       },
       {"a 1: c* b"},
       {"c joined a"}},
      {"not that of another account",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").comes(c, "2").up(c);
         s.graph.replaced(a, c, s.now);
         s.bridge("x", {c}).gone({a}).passes(5s);
       },
       {"a 1: b", "c 2: c*"},
       {}},
      {"what comes after the end changes nothing",
       [](auto& s) {
         s.comes(a, "1").talk(a, b, "x").gone({a, b}).up(a).bridge("x", {a}).made(a, a, "2").dials(a, b);
       },
       {},
       {"a gone"}},
      {"for a minute", [](auto& s) { s.comes(a, "1").gone({a}).passes(59s).comes(a, "1"); }, {}, {"a gone"}},
      {"the end may come before the rest", [](auto& s) { s.gone({a}).comes(a, "1"); }, {}, {}},
  };
  for (const auto& each : table) {
    CAPTURE(each.what);
    leg_script script;
    each.happens(script);
    CHECK(lines(script.shown()) == lines(each.calls));
    CHECK(lines(script.ended()) == lines(each.ended));
  }
}

} // namespace rollcall::leg_graph_calls_test
