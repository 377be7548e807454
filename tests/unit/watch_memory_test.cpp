#include "actors/watch_memory.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace rollcall {

namespace {

const watch_memory::moment now{std::chrono::hours{1}};

} // namespace

TEST_CASE("watch_memory: who has most gives way, and nobody else for it") {
  watch_memory memory;
  memory.limit(1000);
  watch_share small{memory};
  watch_share large{memory};
  watch_share middle{memory};
  CHECK(small.set(200));
  CHECK(large.set(500));
  CHECK(middle.set(300)); // as much as may be
  CHECK(small.set(201));
  CHECK(large.gives_way());
  CHECK(middle.set(400));
  CHECK_FALSE(small.gives_way());
  CHECK_FALSE(middle.gives_way());
  CHECK_FALSE(large.set(100)); // it is too late
  large.release();
  CHECK_FALSE(large.gives_way());
  CHECK(memory.bytes() == 601);
  CHECK(large.set(399));
  CHECK_FALSE(middle.set(401)); // now it is the largest
}

TEST_CASE("watch_memory: as many give way as it takes") {
  watch_memory memory;
  watch_share a{memory};
  watch_share b{memory};
  watch_share c{memory};
  CHECK(a.set(400));
  CHECK(b.set(300));
  CHECK(c.set(200));
  memory.limit(250);
  CHECK(a.gives_way());
  CHECK(b.gives_way());
  CHECK_FALSE(c.gives_way());
  memory.limit(0);
  CHECK(c.gives_way());
}

TEST_CASE("watch_memory: what waited for a watcher that is gone counts no more") {
  watch_memory memory;
  memory.limit(1000);
  auto gone = std::make_unique<watch_share>(memory);
  watch_share other{memory};
  CHECK(gone->set(700));
  CHECK(other.set(300));
  gone.reset();
  CHECK(memory.bytes() == 300);
  CHECK(other.set(1000));
}

TEST_CASE("watch_memory: some snapshots are gathered at once, and as many kept as there is room for") {
  watch_memory memory;
  memory.limit(1000);
  std::vector<std::unique_ptr<watch_share>> shares;
  for (std::size_t i = 0; i < defaults::watch_gathers + 1; ++i)
    shares.push_back(std::make_unique<watch_share>(memory));
  for (std::size_t i = 0; i < defaults::watch_gathers; ++i)
    CHECK(shares[i]->begin_snapshot(now));
  CHECK(shares[0]->begin_snapshot(now)); // it is the same still
  auto& last = *shares.back();
  CHECK_FALSE(last.begin_snapshot(now));
  shares[0]->set_snapshot(400);
  CHECK(last.begin_snapshot(now));
  last.release();
  shares[1]->set_snapshot(600);
  CHECK_FALSE(last.begin_snapshot(now));
  shares[1]->set_snapshot(0);
  CHECK(last.begin_snapshot(now));
}

TEST_CASE("watch_memory: a snapshot that nobody reads gives way to those that wait for room, one that is "
          "read does not") {
  watch_memory memory;
  memory.limit(1000);
  watch_share read{memory};
  watch_share left{memory};
  watch_share next{memory};
  for (auto* const one : {&read, &left}) {
    CHECK(one->begin_snapshot(now));
    one->set_snapshot(one == &read ? 900 : 200);
    one->asked(now);
  }
  CHECK_FALSE(next.begin_snapshot(now));
  CHECK_FALSE(left.gives_way());
  const auto later = now + 2 * defaults::watch_idle;
  read.asked(later);
  CHECK_FALSE(next.begin_snapshot(later));
  CHECK(left.gives_way());
  CHECK_FALSE(read.gives_way());
  left.release();
  CHECK(next.begin_snapshot(later));
}

TEST_CASE("watch_memory: the lag is that of who is farthest behind") {
  watch_memory memory;
  CHECK(memory.lag() == 0);
  watch_share a{memory};
  watch_share b{memory};
  a.set_behind(3);
  b.set_behind(7);
  CHECK(memory.lag() == 7);
  b.release();
  CHECK(memory.lag() == 3);
}

} // namespace rollcall
