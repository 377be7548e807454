#include "domain/base/loser_tree.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace rollcall::loser_tree_test {

namespace {

using runs = std::vector<std::vector<std::int64_t>>;

/// What a loser_tree tells of the runs, each key with its run; the lower run goes first when keys are the
/// same.
std::vector<std::pair<std::int64_t, std::uint32_t>> told(const runs& all) {
  std::vector<std::size_t> positions(all.size());
  const auto key_of = [&](std::size_t i) {
    return positions[i] < all[i].size() ? all[i][positions[i]] : loser_tree::ended;
  };
  std::vector<std::int64_t> keys;
  for (std::size_t i = 0; i < all.size(); ++i)
    keys.push_back(key_of(i));
  loser_tree tree;
  tree.start(keys, std::less<std::uint32_t>{});
  std::vector<std::pair<std::int64_t, std::uint32_t>> result;
  while (tree.any()) {
    const auto first = tree.first();
    result.emplace_back(key_of(first), first);
    ++positions[first];
    tree.move_on(key_of(first), std::less<std::uint32_t>{});
  }
  return result;
}

} // namespace

TEST_CASE("no runs, and runs without anything, have no first") {
  CHECK(told({}).empty());
  CHECK(told({{}}).empty());
  CHECK(told({{}, {}, {}}).empty());
}

TEST_CASE("one run is told as it is") {
  CHECK(told({{1, 2, 2}}) == std::vector<std::pair<std::int64_t, std::uint32_t>>{{1, 0}, {2, 0}, {2, 0}});
}

TEST_CASE("any runs are told in order, and the same keys in the order of their runs") {
  CHECK(rc::check([](runs all) {
    std::vector<std::pair<std::int64_t, std::uint32_t>> wanted;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      for (auto& key : all[i])
        key %= 10;
      std::sort(all[i].begin(), all[i].end());
      for (const auto key : all[i])
        wanted.emplace_back(key, i);
    }
    std::sort(wanted.begin(), wanted.end());
    RC_ASSERT(told(all) == wanted);
  }));
}

} // namespace rollcall::loser_tree_test
