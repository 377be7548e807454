#include "tests/component/actor_fixture.hpp"
#include "tests/component/stream_mirror.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

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

TEST_CASE("a stream waits for room for its snapshot, and gets it when others have told theirs") {
  watched_world w;
  w.tell(w.connected("sbc-1"), call{"1"}.in(11));
  w.context->watching.limit(1);
  const auto pass = [&](std::chrono::milliseconds by, auto&... mirrors) {
    for (; by > 0ms; by -= 250ms) {
      (mirrors.pump(), ...);
      w.advance(250ms);
    }
    (mirrors.pump(), ...);
  };
  stream_mirror first{w, 1};
  stream_mirror second{w, 1};
  first.come();
  pass(1s, first);
  CHECK(first.calls().size() == 1);
  second.come();
  pass(2s, first, second);
  CHECK(second.calls().empty());
  CHECK(second.is_begun()); // and sees that it is alive
  pass(8s, first, second);
  CHECK(second.calls().size() == 1);
  CHECK(w.context->metrics.watch_overflows == 0);
}

TEST_CASE("a call that takes the ID of one from before its switch's restart is in the mirror, whoever tells "
          "first") {
  std::set<bool> ended_before; // the former's end came before the new call, or after it and was not told
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    watched_world w;
    std::mt19937_64 any{seed};
    const auto before = *w.attach("sbc-1", 1, {"run 1", {}});
    w.tell(before, snapshot_begin{}, snapshot_end{}, call{"1"}.in(11));
    stream_mirror mirror{w, 1};
    mirror.come();
    const auto settle = [&] {
      for (int i = 0; i < 12; ++i) {
        mirror.pump();
        w.advance(250ms);
      }
      mirror.pump();
    };
    settle();
    CHECK(mirror.calls().size() == 1);
    const auto ends = mirror.ends();
    world::wall += 10s;
    const auto after = *w.attach("sbc-1", 2, {"run 2", {}});
    w.say(after, snapshot_begin{}, call{"1"}.in(22), snapshot_end{});
    while (w.run_any(any))
      if (any() % 4 == 0)
        mirror.pump();
    settle();
    ended_before.insert(mirror.ends() > ends);
    REQUIRE(mirror.calls().size() == 1);
    CHECK(mirror.calls().begin()->second->account() == account_id{22});
    mirror.leave();
    w.advance(5s);
  }
  CHECK(ended_before.size() == 2); // both were seen
}

} // namespace rollcall::testing::watch_test
