#include "tests/unit/leg_graph_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::leg_graph_accounts_test {

using namespace std::chrono_literals;
using test::leg_script;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view a = "a", b = "b", c = "c", d = "d";

leg_facts up(std::string_view id, std::string_view account, std::string_view said = {}) {
  return {.id = id,
          .kind = leg_kind::external,
          .state = leg_state::up,
          .group = a,
          .account = account,
          .said_account = said};
}

leg_facts from_carrier(std::string_view id, std::string_view said = {}) {
  auto made = up(id, "trunk", said);
  made.connection = "carrier";
  return made;
}

/// Of one list, all in one conversation.
void list(leg_script& s, const std::vector<listed_leg>& all) {
  s.graph.snapshot_begin();
  s.graph.listed_bridge("x", bridge_kind::conversation);
  for (const auto& each : all)
    s.graph.listed(each);
  s.graph.snapshot_end(true, s.now);
  s.told();
}

} // namespace

TEST_CASE("leg_graph: whose a call from a carrier is, when a list alone tells of it") {
  leg_script s;
  SUBCASE("of whom it has dialled") {
    list(s, {{from_carrier(a), "x"}, {up(b, "901"), "x", true}});
    CHECK(s.shown() == texts{"a 901: a* b"});
  }
  SUBCASE("of whom the script says") {
    list(s, {{from_carrier(a, "5"), "x"}, {up(b, "901"), "x", true}});
    CHECK(s.shown() == texts{"a 5: a* b"});
  }
  SUBCASE("its own, for want of another one") {
    list(s, {{from_carrier(a), "x"}});
    CHECK(s.shown() == texts{"a trunk: a*"});
  }
}

TEST_CASE("leg_graph: a carrier's call is not parted for the account of whom it is put through to next") {
  leg_script s;
  auto rings = from_carrier(a);
  rings.state = leg_state::calling;
  s.graph.seen(rings, s.now);
  s.made(b, a, "901").talk(a, b, "x");
  CHECK(s.shown() == texts{"a 901: a* b"});
  list(s, {{from_carrier(a), "x"}, {up(c, "trunk"), "x", true}}); // Dial has given it its caller's
  CHECK(s.shown() == texts{"a 901: a* c"});
}

TEST_CASE("leg_graph: a leg that is parted has the account from where the other call has its own") {
  leg_script s;
  SUBCASE("by a list") {
    list(s, {{up(a, {}, "5"), "x"}, {up(d, "trunk", "6"), "x", true}});
    CHECK(s.shown() == texts{"a 5: a*", "d 6: d"});
  }
  SUBCASE("by its answer, and goes to its call in the group") {
    s.graph.seen(up(a, {}, "5"), s.now);
    s.graph.seen({.id = b, .kind = leg_kind::external, .state = leg_state::calling, .group = b}, s.now);
    s.graph.seen({.id = b, .group = a, .said_account = "6"}, s.now);
    s.made(d, a);
    s.graph.seen(up(d, "5", "6"), s.now);
    s.passes(250ms);
    CHECK(s.shown() == texts{"a 5: a*", "b 6: b* d"});
  }
  SUBCASE("by its answer, alone") {
    s.graph.seen(up(a, {}, "5"), s.now);
    s.made(d, a);
    s.graph.seen(up(d, "trunk", "6"), s.now);
    s.passes(250ms);
    CHECK(s.shown() == texts{"a 5: a*", "d 6: d*"});
  }
}

TEST_CASE("leg_graph: of several calls of its group a leg is put to that of what the script says of it") {
  leg_script s;
  s.graph.seen({.id = b, .kind = leg_kind::external, .state = leg_state::calling, .group = b}, s.now);
  s.graph.seen({.id = b, .group = a}, s.now);
  auto owner = up(c, {}, "5");
  owner.state = leg_state::calling;
  s.graph.seen(owner, s.now);
  s.graph.seen({.id = d, .kind = leg_kind::external, .group = a, .said_account = "5"}, s.now);
  CHECK(s.told().shown() == texts{"b : b*", "c 5: c* d"});
}

TEST_CASE("leg_graph: a leg that is transferred has nobody else's account") {
  leg_script s;
  s.comes(a, "").up(a);
  s.graph.seen({.id = a, .transferred = true}, s.now);
  s.graph.seen({.id = a, .account = "901", .said_account = "902"}, s.now);
  CHECK(s.told().shown() == texts{"a : a*"});
  s.passes(1s);
  s.graph.seen({.id = a, .said_account = "902"}, s.now);
  CHECK(s.told().shown() == texts{"a : a*"});
  s.graph.seen({.id = a, .account = "801"}, s.now);
  CHECK(s.told().shown() == texts{"a 801: a*"});
}

TEST_CASE("leg_graph: of the accounts that are said while a list is made the first counts") {
  leg_script s;
  s.graph.snapshot_begin();
  for (const std::string_view account : {"801", "901"})
    s.graph.seen(
        {.id = a, .kind = leg_kind::external, .state = leg_state::calling, .group = a, .account = account},
        s.now);
  s.graph.snapshot_end(true, s.now);
  CHECK(s.told().shown() == texts{"a 801: a*"});
}

} // namespace rollcall::leg_graph_accounts_test
