#include "tests/unit/leg_graph_world.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

namespace rollcall::test {

std::ostream& operator<<(std::ostream& out, leg_world::accounts kept) {
  return out << (kept == leg_world::accounts::own ? "own" : "said");
}

std::ostream& operator<<(std::ostream& out, const leg_world::step& s) {
  return out << '{' << int{s.what} << ", " << int{s.x} << ", " << int{s.y} << ", " << int{s.z} << '}';
}

} // namespace rollcall::test

namespace rollcall::leg_graph_random_test {

using test::leg_world;

TEST_CASE("leg_graph: whatever happens, each leg that is up is in one call, of its account") {
  const auto number = [](int below) {
    return rc::gen::inRange<std::uint8_t>(0, static_cast<std::uint8_t>(below));
  };
  const auto step =
      rc::gen::construct<leg_world::step>(number(leg_world::kinds), number(25), number(25), number(36));
  std::size_t calls = 0;
  const auto property = [&] {
    leg_world world{*rc::gen::element(leg_world::accounts::own, leg_world::accounts::said)};
    const auto steps = *rc::gen::scale(4.0, rc::gen::container<std::vector<leg_world::step>>(step));
    for (const auto& each : steps)
      world.take(each);
    world.settle();
    calls += world.calls_seen();
  };
  for (auto i = 0; i < 10; ++i) // some of what it looks for is rare
    CHECK(rc::check(property));
  CHECK(calls > 500); // it has looked at something
}

} // namespace rollcall::leg_graph_random_test
