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

} // namespace rollcall::switch_claim_test
