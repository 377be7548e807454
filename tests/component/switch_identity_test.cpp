#include "domain/calls/switch_identity.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace rollcall::switch_identity_test {

namespace {

switch_identity identity_of(const char* name, const char* node, std::int64_t environment) {
  return {switch_name{name}, node_id{node}, environment_id{environment}};
}

} // namespace

TEST_CASE("an identity that differs in anything is another object") {
  const auto* one = interned(identity_of("sbc-1", "node-a", 1));
  CHECK(interned(identity_of("sbc-2", "node-a", 1)) != one);
  CHECK(interned(identity_of("sbc-1", "node-b", 1)) != one);
  CHECK(interned(identity_of("sbc-1", "node-a", 2)) != one);
  CHECK(interned(identity_of("sbc-1", "node-a", 1)) == one);
  CHECK(*one == identity_of("sbc-1", "node-a", 1));
}

TEST_CASE("threads that ask for one identity at once get one object, and it stays where it is") {
  const auto* before = interned(identity_of("busy", "node-a", 0));
  std::vector<const switch_identity*> found(8);
  std::vector<std::thread> threads;
  for (auto& mine : found)
    threads.emplace_back([&mine] {
      for (std::int64_t environment = 0; environment < 200; ++environment)
        mine = interned(identity_of("busy", "node-a", environment));
    });
  for (auto& thread : threads)
    thread.join();
  for (const auto* each : found)
    CHECK(each == found.front());
  CHECK(interned(identity_of("busy", "node-a", 0)) == before);
  CHECK(*before == identity_of("busy", "node-a", 0));
}

} // namespace rollcall::switch_identity_test
