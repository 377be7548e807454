#include "domain/cluster/secret_ring.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace rollcall::secret_ring_test {

namespace {

using namespace std::chrono_literals;

const timestamp start{1'732'276'800s};

shared_secret made_by(const std::string& origin, char text, std::int64_t made = 1) {
  return {origin, made, std::string(shared_secret::size, text)};
}

std::vector<std::string> former_of(const secret_ring& ring, timestamp now) {
  std::vector<std::string> all;
  for (const auto& one : ring.former(now))
    all.push_back(one.bytes);
  return all;
}

std::string configured(char text) { return std::string(40, text); }

} // namespace

TEST_CASE(
    "nodes that meet in any order come to one secret: the lowest id's, the older one of a node made anew") {
  const std::vector<shared_secret> all{made_by("node-a", 'x', 7), made_by("node-a", 'w', 8),
                                       made_by("node-b", 'a', 1), made_by("node-c", 'b', 2),
                                       made_by("node-a", 'y', 7)};
  for (std::size_t first = 0; first < all.size(); ++first) {
    CAPTURE(first);
    secret_ring ring{{}, all[first], {}, start};
    for (std::size_t i = 1; i <= 3 * all.size(); ++i)
      ring.learn(all[(first + i * 2) % all.size()], start);
    CHECK(ring.in_use() == all[0].bytes);
    CHECK_FALSE(ring.learn(all[0], start));
  }
}

TEST_CASE("what no node can have made is no secret, whatever its origin") {
  secret_ring ring{{}, made_by("node-b", 'b'), {}, start};
  for (const auto& wrong :
       {shared_secret{}, shared_secret{"node-a", 1, ""}, shared_secret{"node-a", 1, "short"},
        shared_secret{"node-a", 1, std::string(33, 'a')}, made_by("", 'a'), made_by("a a", 'a'),
        made_by("a\n", 'a'), made_by(std::string(65, 'a'), 'a')})
    CHECK_FALSE(ring.learn(wrong, start));
  CHECK(ring.shared() == made_by("node-b", 'b'));
  CHECK(ring.learn(made_by(std::string(64, 'a'), 'a'), start));
}

TEST_CASE("the secret that another one has taken the place of is good for twelve hours more") {
  secret_ring ring{{}, made_by("node-b", 'b'), {}, start};
  CHECK(ring.learn(made_by("node-a", 'a'), start));
  CHECK(former_of(ring, start + 12h - 1us) == std::vector{std::string(32, 'b')});
  CHECK(former_of(ring, start + 12h).empty());
}

TEST_CASE("a configured secret wins over what others tell, and what was in use before it stays good") {
  secret_ring ring{{}, made_by("node-b", 'b'), {}, start};
  CHECK(ring.configure(configured('1'), start));
  CHECK(ring.learn(made_by("node-a", 'a'), start)); // counts when none is configured any more
  CHECK(ring.in_use() == configured('1'));
  CHECK(former_of(ring, start) == std::vector{std::string(32, 'b')});
  CHECK_FALSE(ring.configure(configured('1'), start));
  CHECK(ring.configure(configured('2'), start + 1h));
  CHECK(former_of(ring, start + 1h) == std::vector{configured('1'), std::string(32, 'b')});
  CHECK(ring.former(start + 1h).front().configured);
  CHECK(ring.configure("", start + 2h));
  CHECK(ring.in_use() == std::string(32, 'a'));
  CHECK(former_of(ring, start + 12h) == std::vector{configured('2'), configured('1')});
}

TEST_CASE("a secret that comes back is in use and not former; of many the oldest goes") {
  secret_ring ring{configured('1'), made_by("node-b", 'b'), {}, start};
  CHECK(former_of(ring, start).empty()); // what it has made itself was never in use
  ring.configure(configured('2'), start);
  ring.configure(configured('1'), start);
  CHECK(former_of(ring, start) == std::vector{configured('2')});
  for (char each = 'A'; each <= 'Z'; ++each)
    ring.configure(configured(each), start);
  const auto all = former_of(ring, start);
  CHECK(all.size() == secret_ring::most_former);
  CHECK(all.front() == configured('Y'));
}

TEST_CASE("former secrets are kept over a restart, no longer than twelve hours, whatever the clock was") {
  const former_secret of_a_clock_ahead{std::string(32, 'x'), start + 1000h, false};
  const former_secret in_use_again{std::string(32, 'b'), start + 1h, false};
  secret_ring ring{{}, made_by("node-b", 'b'), {of_a_clock_ahead, in_use_again}, start};
  CHECK(former_of(ring, start + 12h - 1us) == std::vector{std::string(32, 'x')});
  CHECK(former_of(ring, start + 12h).empty());
}

} // namespace rollcall::secret_ring_test
