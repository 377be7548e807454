#include "domain/calls/switch_holders.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace rollcall::switch_holders_test {

namespace {

switch_claim claim(const std::string& name, std::uint64_t term, bool connected,
                   std::int64_t environment = 1) {
  return {switch_name{name}, environment_id{environment}, term, term != 0, connected, connected, term != 0};
}

/// `sbc-1 node-a connected`, and `!` at the end of what is as last heard.
std::vector<std::string> told(const std::vector<node_claims>& answered,
                              const std::vector<node_claims>& missing = {}, std::int64_t environment = 1) {
  std::vector<std::string> lines;
  for (const auto& [node, of, gone] : holders_of(answered, missing, environment_id{environment}))
    lines.push_back(of.name.value() + ' ' + node.value() + ' ' + std::string{to_string(presence_of(of))}
                    + (gone ? "!" : ""));
  return lines;
}

using lines = std::vector<std::string>;

const node_id a{"node-a"};
const node_id b{"node-b"};

} // namespace

TEST_CASE("each switch of the environment is told once, by the node whose claim wins") {
  const std::vector<node_claims> all{{a, {claim("sbc-2", 0, false), claim("sbc-1", 4, true)}},
                                     {b, {claim("sbc-1", 3, false), claim("sbc-2", 2, false)}}};
  CHECK(told(all) == lines{"sbc-1 node-a connected", "sbc-2 node-b lost"});
  CHECK(told(all, {}, 2).empty());
}

TEST_CASE("a switch of another environment is not told") {
  CHECK(told({{a, {claim("sbc-1", 1, true, 2), claim("sbc-2", 1, true)}}})
        == lines{"sbc-2 node-a connected"});
}

TEST_CASE("a missing node has a switch as it was last heard, unless another one has had it since") {
  const std::vector<node_claims> gone{{b, {claim("sbc-1", 5, true)}}};
  CHECK(told({{a, {}}}, gone) == lines{"sbc-1 node-b connected!"});
  CHECK(told({{a, {claim("sbc-1", 0, false)}}}, gone) == lines{"sbc-1 node-b connected!"});
  CHECK(told({{a, {claim("sbc-1", 4, false)}}}, gone) == lines{"sbc-1 node-b connected!"});
  CHECK(told({{a, {claim("sbc-1", 6, false)}}}, gone) == lines{"sbc-1 node-a lost"});
  CHECK(told({{a, {claim("sbc-1", 4, true)}}}, gone) == lines{"sbc-1 node-a connected"});
  auto begun = claim("sbc-1", 6, true); // it is here, and has not told its calls yet
  begun.whole = begun.told = false;
  CHECK(told({{a, {begun}}}, gone) == lines{"sbc-1 node-a unknown"});
}

TEST_CASE("a switch that never came is an answering node's to tell") {
  CHECK(told({{b, {claim("sbc-1", 0, false)}}}, {{a, {claim("sbc-1", 0, false)}}})
        == lines{"sbc-1 node-b unknown"});
  CHECK(told({}, {{a, {claim("sbc-1", 0, false)}}}) == lines{"sbc-1 node-a unknown!"});
}

TEST_CASE("no switch is told twice, and none is left out, whatever the claims") {
  CHECK(rc::check([] {
    const auto any = [](const char* node) {
      node_claims one{node_id{node}, {}};
      for (const auto* name : {"s", "t", "u"})
        if (*rc::gen::arbitrary<bool>())
          one.claims.push_back(
              claim(name, *rc::gen::inRange<std::uint64_t>(0, 4), *rc::gen::arbitrary<bool>()));
      return one;
    };
    const std::vector<node_claims> answered{any("a"), any("b")};
    const std::vector<node_claims> missing{any("c"), any("d")};
    const auto found = holders_of(answered, missing, environment_id{1});
    for (const auto* name : {"s", "t", "u"}) {
      const auto claimed = [&](const std::vector<node_claims>& by) {
        std::size_t count = 0;
        for (const auto& one : by)
          for (const auto& x : one.claims)
            count += x.name.value() == name;
        return count;
      };
      std::size_t times = 0;
      for (const auto& holder : found)
        times += holder.claim.name.value() == name;
      RC_ASSERT(times == (claimed(answered) + claimed(missing) > 0 ? 1U : 0U));
    }
  }));
}

} // namespace rollcall::switch_holders_test
