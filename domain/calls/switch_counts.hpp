#pragma once

#include "domain/calls/switch_identity.hpp"
#include "domain/calls/totals.hpp"

// GCC 12 warns of the room for the one entry, which a list that is on the heap leaves unused.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <absl/container/inlined_vector.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace rollcall {

/// How many calls an account has in each state, apart for each switch that they are on: when two nodes know
/// of the same switch, because it has moved from one to the other, only the newer one's counts are true. An
/// account's calls are on few switches, mostly on one, so this is a flat list.
class switch_counts {
public:
  struct entry {
    const switch_identity* source; ///< interned
    state_counts counts;
    friend bool operator==(const entry&, const entry&) = default;
  };

  /// The counts of the calls on one switch, to be changed.
  state_counts& of(const switch_identity& source) {
    for (auto& one : entries_)
      if (one.source == &source)
        return one.counts;
    return entries_.emplace_back(entry{&source, {}}).counts;
  }

  /// Adds up: what another node, or an account of the same number, has.
  void add(const switch_counts& other) {
    for (const auto& one : other.entries_)
      of(*one.source) += one.counts;
  }

  /// Forgets the switches whose calls do not count. `is_out(entry)` says which.
  template <class Predicate>
  void remove_if(Predicate is_out) {
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(), is_out), entries_.end());
  }

  std::span<const entry> by_switch() const noexcept { return entries_; }

  state_counts total() const {
    state_counts sum;
    for (const auto& one : entries_)
      sum += one.counts;
    return sum;
  }
  std::uint32_t active() const { return total().active(); }
  std::uint32_t connected() const { return total().connected(); }
  bool none() const {
    return std::all_of(entries_.begin(), entries_.end(),
                       [](const entry& one) { return one.counts == state_counts{}; });
  }

  /// A switch without calls is as good as one that is not named.
  friend bool operator==(const switch_counts& a, const switch_counts& b) {
    return a.within(b) && b.within(a);
  }

private:
  bool within(const switch_counts& other) const {
    return std::all_of(entries_.begin(), entries_.end(), [&](const entry& one) {
      const auto same = std::find_if(other.entries_.begin(), other.entries_.end(),
                                     [&](const entry& x) { return x.source == one.source; });
      return one.counts == (same == other.entries_.end() ? state_counts{} : same->counts);
    });
  }

  absl::InlinedVector<entry, 1> entries_;
};

} // namespace rollcall
