#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::leg_graph_times_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view a = "a", b = "b", c = "c", d = "d";

leg_facts up(std::string_view id, std::string_view account, std::string_view group) {
  return {.id = id, .kind = leg_kind::external, .state = leg_state::up, .group = group, .account = account};
}

/// A list of two that talk in `x`.
void list_two(leg_script& s) {
  s.graph.snapshot_begin();
  s.graph.listed_bridge("x", bridge_kind::conversation);
  s.graph.listed({up(a, "1", a), "x"});
  s.graph.listed({up(b, "1", a), "x", true});
  s.graph.snapshot_end(true, s.now);
  s.told();
}

/// What has been told, as `began`, `changed` and `ended` with ids and states.
texts told(const call_changes& all) {
  texts made;
  for (const auto& each : all)
    if (const auto* began = std::get_if<call_began>(&each))
      made.push_back("began " + began->call.id + ' ' + std::string{to_string(began->call.state)});
    else if (const auto* changed = std::get_if<call_changed>(&each))
      made.push_back("changed " + changed->call.id + ' ' + std::string{to_string(changed->call.state)});
    else
      made.push_back("ended " + std::get<call_ended>(each).id);
  return made;
}

} // namespace

TEST_CASE("leg_graph: a call was set up when its leg came, which is never later than now") {
  struct example {
    std::optional<std::chrono::hours> since; ///< from now
    std::chrono::hours setup;
  };
  for (const auto& each : std::vector<example>{{{}, 0h}, {-5h, -5h}, {100h, 0h}}) {
    leg_script s;
    auto said = up(a, "1", a);
    if (each.since)
      said.since = s.now.wall + *each.since;
    s.graph.seen(said, s.now);
    CHECK(s.told().rows.calls().at("a").setup == s.now.wall + each.setup);
  }
}

TEST_CASE("leg_graph: a leg that is heard of before it is listed is as old as it was said to be then") {
  leg_script s;
  s.graph.snapshot_begin();
  auto first = up(b, "1", a);
  first.since = s.now.wall - 2h;
  s.graph.seen(first, s.now);
  s.graph.listed({up(b, "1", a), {}, false});
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().rows.calls().at("b").setup == s.now.wall - 2h);
}

TEST_CASE("leg_graph: a time of connection that is not known is not made up") {
  leg_script s;
  SUBCASE("by who is called after a transfer") {
    list_two(s);
    s.leaves("x", {b, a}).passes(250ms).dials(b, c).up(c).bridge("y", {b, c}).gone({a}).passes(5s);
    CHECK(s.rows.calls().at("a").state == call_state::connected);
    CHECK(s.rows.calls().at("a").connect == timestamp{});
  }
  SUBCASE("by when a list comes that has the answer") {
    s.comes(a, "1").dials(a, b).passes(5s);
    list_two(s);
    CHECK(s.rows.calls().at("a").state == call_state::connected);
    CHECK(s.rows.calls().at("a").connect == timestamp{});
  }
}

TEST_CASE("leg_graph: a caller that gives up was not connected, whoever answers just then") {
  leg_script s;
  s.comes(a, "1").dials(a, b).up(b).gone({a});
  CHECK(s.shown() == texts{"a 1: b"});
  CHECK(s.rows.calls().at("a").state == call_state::ar_complete);
  SUBCASE("and its call ends so") {
    s.gone({b});
    CHECK(s.rows.last().front().state == call_state::ar_complete);
    CHECK(s.rows.last().front().connect == timestamp{});
  }
  SUBCASE("unless the other one talks to somebody") {
    s.comes(d, "2").up(d).bridge("x", {b, d});
    CHECK(s.rows.calls().at("a").state == call_state::connected);
  }
}

TEST_CASE("leg_graph: what changed last is told, though the call has ended since") {
  leg_script s;
  SUBCASE("it was told before") {
    s.comes(a, "1");
    s.graph.seen({.id = a, .state = leg_state::up}, s.now);
    s.graph.gone(a, s.now);
    CHECK(told(s.graph.take_changes()) == texts{"changed a Connected", "ended a"});
  }
  SUBCASE("it was not") {
    s.graph.seen(up(a, "1", a), s.now);
    s.graph.gone(a, s.now);
    CHECK(told(s.graph.take_changes()) == texts{"began a Connected", "ended a"});
  }
  SUBCASE("with the legs and the owner that it had") {
    s.comes(a, "1").dials(a, b);
    s.graph.gone(b, s.now);
    s.graph.seen({.id = a, .caller = "other"}, s.now);
    s.graph.gone(a, s.now);
    s.told(); // which takes no call without a leg
    CHECK(s.rows.last().front().legs == texts{"a"});
    CHECK(s.rows.last().front().owner == "a");
  }
  SUBCASE("a guess that nobody was told of is nothing") {
    s.comes(a, "1");
    s.graph.seen({.id = b, .kind = leg_kind::external, .group = b}, s.now);
    s.graph.dialled({.id = b}, a, {}, s.now);
    CHECK(told(s.graph.take_changes()) == texts{"changed a ARComplete"});
  }
}

TEST_CASE("leg_graph: times of a call are in order, whatever the clocks say") {
  leg_script s;
  s.comes(a, "1");
  const auto setup = s.now.wall;
  s.now.wall -= 10s;
  s.up(a);
  CHECK(s.rows.calls().at("a").connect == setup);
  s.now.wall -= 10s;
  s.gone({a});
  CHECK(s.rows.ended().front().at == setup);
}

} // namespace rollcall::leg_graph_times_test
