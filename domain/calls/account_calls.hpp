#pragma once

#include "domain/base/prefetch.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/calls/slot.hpp"
#include "domain/calls/switch_counts.hpp"

#include <absl/container/btree_set.h>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace rollcall {

/// The calls of one account: their newest pictures in list order, how many are in each state, and who came
/// or left a moment ago. `Handle` is whatever reaches the call itself. One thread at a time.
///
///   order    (setup, slot) (setup, slot) (setup, slot) …    a B-tree; touched when a call comes or leaves
///                 │  ┌──────────┘            │
///   slots    [record, call, came] [ free ] [record, call, came] …
template <class Handle>
class account_calls {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// A call as each() shows it.
  struct entry {
    timestamp setup; ///< the record's, so that nobody need touch the record for it
    const record_ptr& record;
    const Handle& call;
    moment came;           ///< from another account; or never
    std::uint64_t changed; ///< see mark()
  };

  /// Who left is remembered for `memory`, and who came, or came and is over, for twice as long: whoever tells
  /// of a call that left is outlived by the one who knows what became of it.
  explicit account_calls(std::chrono::steady_clock::duration memory) : memory_(memory) {}

  account_calls(const account_calls&) = delete; // the order knows where the slots are
  account_calls& operator=(const account_calls&) = delete;

  /// Takes a call in; its newer picture, should it be here already. `came`: from another account, just now.
  slot add(record_ptr record, Handle call, moment came = {}) {
    const auto setup = record->setup();
    const auto taken = acquire({std::move(record), std::move(call), came});
    // Most calls are newer than all that are here.
    const auto found = order_.insert(order_.end(), {setup, taken});
    if (found->where == taken) {
      ++count_of(at(taken).record);
      return taken;
    }
    const auto known = found->where;
    replace(at(taken).record, known);
    release(taken);
    return known;
  }

  /// Shows a newer picture of the call in this slot; an older one changes nothing. Returns what reaches the
  /// call, null when it is not here; until the account's calls change.
  const Handle* replace(const record_ptr& record, slot where) {
    if (!is_in(record, where))
      return nullptr;
    auto& found = at(where);
    if (found.record->revision() < record->revision()) {
      --count_of(found.record);
      ++count_of(record);
      found.record = record;
    }
    return &found.call;
  }

  /// The picture that is shown in this slot, when it is one of this call; else null. Until the account's
  /// calls change.
  const record_ptr* shown(const record_ptr& record, slot where) const {
    return is_in(record, where) ? &at(where).record : nullptr;
  }

  /// Notes which change its last one was, as the change log counts them.
  void mark(slot where, std::uint64_t change) { at(where).changed = change; }

  /// The call is over and forgotten. False when it is not here.
  bool remove(const record_ptr& record, slot where, moment now) {
    if (!is_in(record, where))
      return false;
    // The account it came from may still tell of it.
    if (came_lately(at(where).came, now))
      over_.push_back({now, record->serial()});
    leave(where);
    return true;
  }

  /// The call left for the account that `record` names. False when it is not here.
  bool depart(const record_ptr& record, slot where, moment now) {
    if (!is_in(record, where))
      return false;
    left_.push_back({now, record, came_lately(at(where).came, now)});
    leave(where);
    return true;
  }

  /// Forgets what has been remembered for long enough.
  void forget_moves(moment now) {
    const auto forget = [](auto& moves, moment then) {
      while (!moves.empty() && moves.front().when < then)
        moves.pop_front();
    };
    forget(left_, now - memory_);
    forget(over_, now - 2 * memory_);
  }

  /// True for a call that the account it came from may still show, or tell of, to someone.
  bool came_lately(const entry& one, moment now) const { return came_lately(one.came, now); }

  /// Shows each call in list order to `f(entry)`.
  template <class F>
  void each(F f) const {
    constexpr int ahead = 8;
    auto next = order_.begin();
    for (int i = 0; i < ahead && next != order_.end(); ++i)
      prefetch(&at((next++)->where));
    for (const auto& [setup, where] : order_) {
      if (next != order_.end())
        prefetch(&at((next++)->where));
      const auto& x = at(where);
      f(entry{setup, x.record, x.call, x.came, x.changed});
    }
  }

  /// Shows some calls in no order to `f(record, call)`: those in `most` slots from the number `from` on.
  /// Returns the number to go on with, 0 at the end. Those that come meanwhile may be passed over.
  template <class F>
  std::size_t each_from(std::size_t from, std::size_t most, F f) const {
    constexpr std::size_t ahead = 8;
    const auto end = slots_.size() - std::min(from, slots_.size()) > most ? from + most : slots_.size();
    for (auto i = from; i < end; ++i) {
      if (i + ahead < end)
        prefetch(slots_[i + ahead].record.get(), sizeof(call_record));
      if (slots_[i].record)
        f(slots_[i].record, slots_[i].call);
    }
    return end == slots_.size() ? 0 : end;
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

  /// Shows each call that is over, and may have come from another account a moment ago, to `f(serial)`.
  template <class F>
  void each_over(F f) const {
    for (const auto& x : over_)
      f(x.serial);
  }

  std::size_t size() const noexcept { return order_.size(); }
  bool has_moves() const noexcept { return !left_.empty() || !over_.empty(); }
  const switch_counts& counts() const noexcept { return counts_; }

  /// The counts taken anew from the records. Equal to counts(), or something is broken.
  switch_counts recount() const {
    switch_counts result;
    for (const auto& x : slots_)
      if (x.record)
        ++result.of(x.record->source())[x.record->state()];
    return result;
  }

  /// After a recount() that differs: believe the records.
  void correct(const switch_counts& counts) { counts_ = counts; }

private:
  struct occupant {
    record_ptr record; ///< null: the slot is free. A newer one has the same place in the order
    Handle call;
    moment came = {};
    std::uint64_t changed = 0; ///< 0: nobody has watched since it came
  };
  using slots = std::deque<occupant>;

  struct place {
    timestamp setup;
    slot where;
  };

  /// by_setup; of one call none is before the other.
  struct by_call {
    const slots* all;
    bool operator()(const place& a, const place& b) const {
      return a.setup != b.setup ? a.setup < b.setup : a.where != b.where && before(record(a), record(b));
    }
    static bool before(const call_record& a, const call_record& b) {
      const auto order = a.id().compare(b.id()); // the same of two calls, when a switch uses one again
      return order != 0 ? order < 0 : a.serial() < b.serial();
    }
    const call_record& record(const place& x) const {
      return *(*all)[static_cast<std::size_t>(x.where)].record;
    }
  };

  occupant& at(slot which) { return slots_[static_cast<std::size_t>(which)]; }
  const occupant& at(slot which) const { return slots_[static_cast<std::size_t>(which)]; }

  bool is_in(const record_ptr& record, slot where) const {
    return static_cast<std::size_t>(where) < slots_.size() && at(where).record
           && at(where).record->serial() == record->serial();
  }

  bool came_lately(moment came, moment now) const { return came != moment{} && came >= now - 2 * memory_; }

  slot acquire(occupant who) {
    if (free_.empty()) {
      slots_.push_back(std::move(who));
      return static_cast<slot>(slots_.size() - 1);
    }
    const auto taken = free_.back();
    free_.pop_back();
    at(taken) = std::move(who);
    return taken;
  }

  void release(slot from) {
    if (order_.empty()) { // what a busy hour took is given back
      slots_.clear();
      free_ = std::vector<slot>{};
      return;
    }
    at(from) = {};
    free_.push_back(from);
  }

  void leave(slot from) {
    --count_of(at(from).record);
    order_.erase(place{at(from).record->setup(), from});
    release(from);
  }

  std::uint32_t& count_of(const record_ptr& record) { return counts_.of(record->source())[record->state()]; }

  // Without the handle: it would keep a call alive that is long forgotten.
  struct departure {
    moment when;
    record_ptr record;
    bool had_come; ///< from another account, a moment before it left
  };

  // Without the record: there may be a hundred thousand of them a second, and it is long until they are
  // forgotten.
  struct ending {
    moment when;
    std::uint64_t serial;
  };

  slots slots_;
  std::vector<slot> free_; ///< the last is taken next
  absl::btree_set<place, by_call> order_{by_call{&slots_}};
  switch_counts counts_;
  std::chrono::steady_clock::duration memory_;
  std::deque<departure> left_; ///< oldest first, like those that are over
  std::deque<ending> over_;
};

} // namespace rollcall
