#include "domain/calls/switch_claim.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rollcall::switch_claim_test {

namespace {

struct made {
  node_id node;
  switch_claim claim;
};

bool wins(const made& a, const made& b) { return rollcall::wins(a.claim, a.node, b.claim, b.node); }

/// Few values, so that ranks are often equal; nodes differ, as those of claims about one switch do.
std::vector<made> any_claims() {
  std::vector<made> all;
  for (const auto* name : {"a", "b", "c"}) {
    switch_claim one{switch_name{"s"},
                     environment_id{1},
                     *rc::gen::inRange<std::uint64_t>(0, 3),
                     *rc::gen::arbitrary<bool>(),
                     *rc::gen::arbitrary<bool>(),
                     false};
    all.push_back({node_id{name}, std::move(one)});
  }
  return all;
}

} // namespace

TEST_CASE("of two claims exactly one wins, and the winner of many does not depend on who is compared first") {
  CHECK(rc::check([] {
    const auto claims = any_claims();
    for (const auto& a : claims)
      for (const auto& b : claims) {
        RC_ASSERT(wins(a, b) + wins(b, a) == (&a == &b ? 0 : 1));
        for (const auto& c : claims)
          RC_ASSERT(!wins(a, b) || !wins(b, c) || wins(a, c));
      }
  }));
}

TEST_CASE("a whole claim wins over one that is not, and then a connected one over any that is lost, whatever "
          "their terms") {
  CHECK(rc::check([] {
    const auto claims = any_claims();
    for (const auto& a : claims)
      for (const auto& b : claims) {
        if (a.claim.whole && !b.claim.whole)
          RC_ASSERT(wins(a, b));
        if (a.claim.whole == b.claim.whole && a.claim.connected && !b.claim.connected)
          RC_ASSERT(wins(a, b));
        if (a.claim.whole == b.claim.whole && a.claim.connected == b.claim.connected
            && a.claim.term > b.claim.term)
          RC_ASSERT(wins(a, b));
      }
  }));
}

TEST_CASE("a switch is unknown until it has told its calls, and then connected or lost") {
  switch_claim claim;
  claim.connected = true;
  CHECK(presence_of(claim) == switch_presence::unknown);
  claim.told = true;
  CHECK(presence_of(claim) == switch_presence::connected);
  claim.connected = false;
  CHECK(presence_of(claim) == switch_presence::lost);
  CHECK(to_string(switch_presence::connected) == "connected");
  CHECK(to_string(switch_presence::lost) == "lost");
  CHECK(to_string(switch_presence::unknown) == "unknown");
}

TEST_CASE("a claim is as old as its presence and its connection") {
  const auto at = [](std::int64_t seconds) { return timestamp{std::chrono::seconds{seconds}}; };
  constexpr std::int64_t second = 1'000'000;
  auto now = dated({}, {}, at(1));
  CHECK(now.since == second);
  const auto become = [&](auto change, std::int64_t seconds) {
    auto fresh = now;
    change(fresh);
    now = dated(fresh, now, at(seconds));
    return now.since / second;
  };
  CHECK(become([](auto& x) { x.term = 1, x.connected = true; }, 2) == 2); // unknown, but it has come
  CHECK(become([](auto& x) { x.told = x.whole = true; }, 3) == 3);
  CHECK(become([](auto& x) { x.verified = true; }, 4) == 3);
  CHECK(become([](auto& x) { x.verified = false; }, 5) == 3);
  CHECK(become([](auto& x) { x.term = 2; }, 6) == 6);
  CHECK(become([](auto& x) { x.connected = false; }, 7) == 7);
  CHECK(become([](auto& x) { x.whole = false; }, 8) == 7);
}

} // namespace rollcall::switch_claim_test
