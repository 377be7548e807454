#pragma once

#include "domain/call_record.hpp"
#include "domain/switch_counts.hpp"

#include <absl/container/btree_set.h>
#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace rollcall {

/// The calls of one account: their newest pictures in list order, how many are in each state, and who came
/// or left a moment ago. `Handle` is whatever reaches the call itself. One thread at a time.
template <class Handle>
class roster {
public:
  using moment = std::chrono::steady_clock::time_point;

  struct entry {
    timestamp setup;           ///< the record's, so that a search need not touch the records on its way
    mutable record_ptr record; ///< replaced by newer pictures of the same call, which never change its place
    Handle call;
    moment came = {}; ///< from another account; or never
  };

  /// by_setup; of the pictures of one call none is before the other.
  struct by_record {
    using is_transparent = void;
    bool operator()(const entry& a, const entry& b) const {
      return before(a.setup, a.record, b.setup, b.record);
    }
    bool operator()(const entry& a, const record_ptr& b) const {
      return before(a.setup, a.record, b->setup(), b);
    }
    bool operator()(const record_ptr& a, const entry& b) const {
      return before(a->setup(), a, b.setup, b.record);
    }

  private:
    static bool before(timestamp a_setup, const record_ptr& a, timestamp b_setup, const record_ptr& b) {
      if (a_setup != b_setup)
        return a_setup < b_setup;
      return a->serial() != b->serial() && a->id() < b->id();
    }
  };

  // Entries lie side by side in it: finding one among thousands costs a few accesses to memory, not a dozen.
  using entries = absl::btree_set<entry, by_record>;

  /// Who left is remembered for `memory`, and who came, or came and is over, for twice as long: whoever tells
  /// of a call that left is outlived by the one who knows what became of it.
  explicit roster(std::chrono::steady_clock::duration memory) : memory_(memory) {}

  /// Takes a call in, or its newer picture when it is here already. `came`: from another account, just now.
  void add(record_ptr record, Handle call, moment came = {}) {
    if (replace(record) != nullptr)
      return;
    ++count_of(record);
    const auto setup = record->setup();
    entries_.insert({setup, std::move(record), std::move(call), came});
  }

  /// Shows a newer picture of a call; an older one changes nothing. Returns what reaches the call, null when
  /// it is not here; until the roster changes.
  const Handle* replace(const record_ptr& record) {
    const auto found = entries_.find(record);
    if (found == entries_.end())
      return nullptr;
    if (found->record->revision() < record->revision()) {
      --count_of(found->record);
      ++count_of(record);
      found->record = record;
    }
    return &found->call;
  }

  /// The call is over and forgotten. False when it is not here.
  bool remove(const record_ptr& record, moment now) {
    const auto found = entries_.find(record);
    if (found == entries_.end())
      return false;
    // The account it came from may still tell of it.
    if (came_lately(*found, now))
      over_.push_back({now, record, true});
    --count_of(found->record);
    entries_.erase(found);
    return true;
  }

  /// The call left for the account that `record` names. False when it is not here.
  bool depart(const record_ptr& record, moment now) {
    const auto found = entries_.find(record);
    if (found == entries_.end())
      return false;
    left_.push_back({now, record, came_lately(*found, now)});
    --count_of(found->record);
    entries_.erase(found);
    return true;
  }

  /// Forgets what has been remembered for long enough.
  void forget_moves(moment now) {
    const auto forget = [](std::deque<move>& moves, moment then) {
      while (!moves.empty() && moves.front().when < then)
        moves.pop_front();
    };
    forget(left_, now - memory_);
    forget(over_, now - 2 * memory_);
  }

  /// True for a call that the account it came from may still show, or tell of, to someone.
  bool came_lately(const entry& one, moment now) const {
    return one.came != moment{} && one.came >= now - 2 * memory_;
  }

  /// Shows each call in list order to `f(entry)`.
  template <class F>
  void each(F f) const {
    for (const auto& x : entries_)
      f(x);
  }

  /// Shows each call that left for another account at `since` or later, as far as remembered, to `f(record)`.
  template <class F>
  void each_left(moment since, F f) const {
    for (const auto& x : left_)
      if (x.when >= since)
        f(x.record);
  }

  /// Shows each call that only passed through, to `f(record)`: it left before `since`, and the account that
  /// it came from may still say that it is here.
  template <class F>
  void each_passed(moment since, F f) const {
    for (const auto& x : left_)
      if (x.when < since && x.had_come)
        f(x.record);
  }

  /// Shows each call that is over, and may have come from another account a moment ago, to `f(record)`.
  template <class F>
  void each_over(F f) const {
    for (const auto& x : over_)
      f(x.record);
  }

  std::size_t size() const noexcept { return entries_.size(); }
  bool has_moves() const noexcept { return !left_.empty() || !over_.empty(); }
  const switch_counts& counts() const noexcept { return counts_; }

  /// The counts taken anew from the records. Equal to counts(), or something is broken.
  switch_counts recount() const {
    switch_counts result;
    for (const auto& x : entries_)
      ++result.of(x.record->source())[x.record->state()];
    return result;
  }

  /// After a recount() that differs: believe the records.
  void correct(const switch_counts& counts) { counts_ = counts; }

private:
  std::uint32_t& count_of(const record_ptr& record) { return counts_.of(record->source())[record->state()]; }

  // Without the handle: it would keep a call alive that is long forgotten.
  struct move {
    moment when;
    record_ptr record;
    bool had_come = false; ///< from another account, a moment before it left
  };

  entries entries_;
  switch_counts counts_;
  std::chrono::steady_clock::duration memory_;
  std::deque<move> left_; ///< oldest first, like those that are over
  std::deque<move> over_;
};

} // namespace rollcall
