#include "tests/component/actor_fixture.hpp"

#include <doctest/doctest.h>

// Streams over a node, where the clock is ours.
namespace rollcall::testing::watch_test {

namespace {

struct watched_world : world {
  std::size_t actors() { return sys.registry().running(); }

  cluster_watch_actor open() {
    const auto opened = ask<cluster_watch_actor>(front, watch_request{all_of(1), dir, std::nullopt});
    REQUIRE(opened);
    return *opened;
  }
};

} // namespace

TEST_CASE("a stream that ends before it has asked for anything leaves nobody behind") {
  watched_world w;
  const auto before = w.actors();
  {
    const auto watch = w.open();
    CHECK(w.actors() > before);
    SUBCASE("when its client is told of") { w.self->send(watch, atom::left_v); }
    SUBCASE("and when it is not") {}
  }
  w.advance(defaults::watch_patience + 5s);
  CHECK(w.actors() == before);
}

TEST_CASE("a stream that has asked is there until it says that it is not") {
  watched_world w;
  const auto before = w.actors();
  const auto watch = w.open();
  CHECK(w.ask<watch_messages_ptr>(watch, atom::more_v));
  w.advance(2 * std::chrono::milliseconds{defaults::watch_patience});
  CHECK(w.actors() > before);
  w.self->send(watch, atom::left_v);
  w.advance(5s);
  CHECK(w.actors() == before);
}

} // namespace rollcall::testing::watch_test
