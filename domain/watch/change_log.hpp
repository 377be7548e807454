#pragma once

#include "domain/base/ids.hpp"
#include "domain/directory/directory.hpp"
#include "domain/watch/picture_change.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// The changes of a node's calls, for those who watch: by customer, so that each reads what is below it and
/// nothing else. What is written costs the same however many read it, for all that watch one customer read
/// the same topic:
///
///     append ──► topic of the customer ──► [block] ─► [block] ─► [block]     blocks that all readers have
///            └─► topics of those above        ▲ reader     ▲ readers         left are gone
///
/// Only customers that are watched have a topic. Ends, and calls that left for another account, are kept
/// for a while besides: of these, what is there now says nothing to somebody who was away.
///
/// Nothing is written while nobody watches. It goes on for `keep` after the last has gone, so that he may
/// come back. One thread at a time.
class change_log {
public:
  using moment = std::chrono::steady_clock::time_point;

  struct bounds {
    std::size_t behind = 262'144;               ///< changes of a topic that a reader may be behind
    std::size_t kept_bytes = 64 * 1024 * 1024;  ///< of ends and leaves, about
    std::chrono::milliseconds keep{5 * 60'000}; ///< for how long these are kept
  };

private:
  struct block;
  using block_ptr = std::shared_ptr<block>;
  struct topic;

public:
  /// Reads one topic. It keeps what it has not read, so one that is not used any more is to be let go.
  class reader {
  public:
    reader() = default;
    bool reads() const noexcept { return of_ != nullptr; }

  private:
    friend class change_log;
    std::shared_ptr<topic> of_;
    block_ptr at_;
    std::size_t index_ = 0;    ///< in at_
    std::uint64_t passed_ = 0; ///< changes of the topic that are read, or were there before
  };

  change_log();
  explicit change_log(bounds most);

  /// By which changes are told to customers from now on.
  void set_directory(directory_ptr dir);
  const directory_ptr& dir() const noexcept { return directory_; }

  /// Goes up when what was told to readers may be wrong by now, though no call has changed: they begin anew.
  std::uint64_t generation() const noexcept { return generation_; }

  /// An account that has calls belongs to another customer now.
  void account_moved() { ++generation_; }

  void set_bounds(bounds most) { bounds_ = most; }

  /// True while changes are to be written.
  bool is_active(moment now) const noexcept;

  /// Writes a change; returns its position, 0 when nobody wants to know. Appends to `woken` the numbers of
  /// those who wait for it.
  std::uint64_t append(const record_ptr& before, const record_ptr& after, moment now,
                       std::vector<std::uint64_t>& woken);

  // A call that goes to another account comes there before it leaves the one where it was, which may have to
  // hear of earlier changes still. What is told of it from there on waits for that: so one call's changes
  // stay in their order, and what was told last is what the first of its accounts shows that show it still.

  /// It has come to its new account, as `record`. Returns a position that is after all others.
  std::uint64_t arrive(const record_ptr& record, moment now);

  /// The account where it was shows it no more; it was `shown` there, and came elsewhere as `arrived`.
  void depart(const record_ptr& shown, const record_ptr& arrived, moment now,
              std::vector<std::uint64_t>& woken);

  /// A call is let go, see picture_change.
  void let_go(const record_ptr& call, moment now, std::vector<std::uint64_t>& woken);

  /// Of the last change that was written.
  std::uint64_t position() const noexcept { return position_; }

  /// A reader of what happens below this customer from now on.
  reader subscribe(customer_id scope, moment now);

  /// It reads no more.
  void leave(reader& who, moment now);

  /// Changes that it has not read.
  std::size_t behind(const reader& who) const;

  /// True when it is too far behind to go on: it has to be begun anew.
  bool is_lost(const reader& who) const { return behind(who) > bounds_.behind; }

  /// Appends the next changes to `out`, `most` at most, in their order.
  static void read(reader& who, std::size_t most, std::vector<picture_change>& out);

  /// False when there is something to read. Else whoever goes by this number is told of the next change,
  /// once.
  static bool await(const reader& who, std::uint64_t number);

  /// True when somebody who has everything up to `position` can be told the rest: calls that have a later
  /// one, and each_kept() after it.
  bool reaches_back_to(std::uint64_t position) const noexcept {
    return active_ && position >= kept_after_ && position <= position_;
  }

  /// Shows ends and leaves after that position to `f(change)`, oldest first.
  template <class F>
  void each_kept(std::uint64_t after, F f) const {
    const auto is_before = [](std::uint64_t position, const kept& one) {
      return position < one.change.position;
    };
    for (auto one = std::upper_bound(kept_.begin(), kept_.end(), after, is_before); one != kept_.end(); ++one)
      f(one->change);
  }

  /// Switches of which calls were let go after that position: what was told of them is void.
  std::vector<const switch_identity*> let_go_after(std::uint64_t position) const;

  std::size_t topics() const noexcept { return topics_.size(); }

private:
  struct kept {
    moment since;
    std::size_t bytes;
    picture_change change;
  };

  /// A call's way from one account to the next.
  struct hop {
    record_ptr arrived;
    record_ptr newest; ///< that the new account shows, or showed
    record_ptr left;   ///< what the former one showed last; null: it shows it still
  };

  /// A call between two accounts, or more.
  struct moving {
    std::vector<hop> hops; ///< that are not told, in their order
    bool let_go = false;
  };

  static hop* hop_to(const call_record& arrived, moving& call);
  void activate();
  void rest_if_unwatched(moment now);
  void keep(const picture_change& change, moment now);
  void drop_oldest();
  void forget_old(moment now);
  std::uint64_t write(picture_change change, moment now, std::vector<std::uint64_t>& woken);
  customer_id owner_of(const record_ptr& record) const;
  void write(customer_id owner, const picture_change& change, std::vector<std::uint64_t>& woken);

  bounds bounds_;
  directory_ptr directory_;
  std::uint64_t generation_ = 0;
  std::uint64_t position_ = 0;
  bool active_ = false;
  moment unwatched_since_;
  std::unordered_map<customer_id, std::weak_ptr<topic>> topics_;
  std::deque<kept> kept_;                                            ///< oldest first
  std::unordered_map<std::uint64_t, moving> moving_;                 ///< by serial
  std::unordered_map<const switch_identity*, std::uint64_t> let_go_; ///< the last position of each
  std::size_t kept_bytes_ = 0;
  std::uint64_t kept_after_ = 0; ///< what happened up to this position is not known any more
};

} // namespace rollcall
