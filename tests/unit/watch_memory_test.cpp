#include "actors/watch_memory.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace rollcall {

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

} // namespace rollcall
