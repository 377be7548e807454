#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace rollcall {

/// The first of several runs, each in order: a tree of losers (Knuth, TAOCP 3, 5.4.1). When the first moves
/// on, its run plays again those that lost on its way up: one comparison for each level, and none that the
/// processor has to guess the outcome of. A heap needs two, and its guesses are wrong half the time.
///
/// Where a `before` is asked for, `before(a, b)` decides between the runs `a` and `b` when their keys are the
/// same.
class loser_tree {
public:
  /// The key of a run that has ended. It comes after all others.
  static constexpr std::int64_t ended = std::numeric_limits<std::int64_t>::max();

  /// Begins, with the key of each run's first.
  template <class Before>
  void start(const std::vector<std::int64_t>& keys, const Before& before) {
    const auto size = std::bit_ceil(keys.size());
    losers_.assign(size, {ended, none});
    std::vector<player> winners(2 * size, player{ended, none});
    for (std::size_t i = 0; i < keys.size(); ++i)
      winners[size + i] = {keys[i], static_cast<std::uint32_t>(i)};
    for (auto at = size - 1; at > 0; --at) {
      auto left = winners[2 * at];
      auto right = winners[2 * at + 1];
      if (comes_before(right, left, before))
        std::swap(left, right);
      winners[at] = left;
      losers_[at] = right;
    }
    first_ = winners[1];
  }

  /// False when all runs have ended.
  bool any() const noexcept { return first_.key != ended; }

  /// The run that has the first.
  std::uint32_t first() const noexcept { return first_.run; }

  /// The run that had the first now has this key.
  template <class Before>
  void move_on(std::int64_t key, const Before& before) noexcept {
    player now{key, first_.run};
    for (auto at = (losers_.size() + now.run) / 2; at > 0; at /= 2) {
      auto& other = losers_[at];
      if (other.key == now.key) [[unlikely]] {
        if (comes_before(other, now, before))
          std::swap(other, now);
        continue;
      }
      // Written so that no compiler makes a branch of it.
      const auto lost = -static_cast<std::int64_t>(other.key < now.key); // all bits or none
      const auto keys = (other.key ^ now.key) & lost;
      const auto runs = (other.run ^ now.run) & static_cast<std::uint32_t>(lost);
      other = {other.key ^ keys, other.run ^ runs};
      now = {now.key ^ keys, now.run ^ runs};
    }
    first_ = now;
  }

private:
  struct player {
    std::int64_t key;
    std::uint32_t run;
  };
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  template <class Before>
  static bool comes_before(const player& a, const player& b, const Before& before) {
    return a.key != b.key ? a.key < b.key : a.key != ended && before(a.run, b.run);
  }

  std::vector<player> losers_; ///< by their place in the tree; 1 is its root
  player first_{ended, none};
};

} // namespace rollcall
