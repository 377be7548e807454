#pragma once

#include "domain/base/boot_clock.hpp"
#include "domain/base/prefetch.hpp"
#include "domain/base/siphash.hpp"
#include "domain/base/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall {

/// The calls of one switch by the switch's own ids. `Handle` is whatever reaches a call. Entries stay where
/// they are until they are erased. One thread at a time.
///
/// It is a hash table of chains that grows by linear hashing: with each call that comes, one bucket is split
/// in two, so that there is no moment at which a million calls are put into a larger table. A call costs one
/// block, its id in it, and one pointer to that.
///
///   buckets   0 │ 1 │ 2 │ 3 │ 4 │ 5        round_ = 4: 0 and 1 were split into 0, 4 and 1, 5; next is 2
///             └───┬───┘               hash % 8 names the bucket; where that is not there yet, hash % 4
///            split already
template <class Handle>
class call_table {
public:
  /// One call. What the link knows of it lies beside the handle.
  class entry {
  public:
    std::string_view id() const noexcept { return {reinterpret_cast<const char*>(this + 1), id_size_}; }

    Handle call;
    boot_time begun;          ///< when it was first heard of: no order of before means it
    std::uint32_t seen = 0;   ///< number of the snapshot in which, or after which, it was last named
    bool ended = false;       ///< the switch said so; waits to be forgotten
    bool hung_up = false;     ///< a disconnect was sent: the audit log wants to know of its end
    bool refused = false;     ///< the switch refused to hang it up, and the audit log has that
    timestamp setup;          ///< when it began: another call may have its id later
    std::uint32_t repeat = 0; ///< number of its hang-up, which is repeated until it ends; 0: none

  private:
    friend class call_table;
    entry(std::string_view id, Handle to)
        : call(std::move(to)), id_size_(static_cast<std::uint16_t>(id.size())) {
      std::memcpy(reinterpret_cast<char*>(this + 1), id.data(), id.size());
    }

    std::uint16_t id_size_;
    entry* next_ = nullptr; ///< in the same bucket
  };

  static constexpr std::size_t longest_id = UINT16_MAX; ///< a switch's line is no longer

  call_table() = default;
  call_table(call_table&& other) noexcept
      : key_(other.key_),
        segments_(std::exchange(other.segments_, {})),
        buckets_(std::exchange(other.buckets_, 0)),
        round_(std::exchange(other.round_, 1)),
        size_(std::exchange(other.size_, 0)) {}
  call_table& operator=(call_table&&) = delete;
  ~call_table() { clear(); }

  /// Null for a call that is not here.
  entry* find(std::string_view id) noexcept {
    if (size_ == 0)
      return nullptr;
    return in_bucket(bucket(place_of(id)), id);
  }

  /// Shows the call of each of these ids that is here to `f(handle)`. Each step is taken for all of them
  /// before the next, so that they wait for memory together; what find() needs of them is at hand then.
  template <class F>
  void find_ahead(std::span<const std::string_view> ids, F f) {
    std::array<entry* const*, 128> buckets{};
    while (size_ > 0 && !ids.empty()) {
      const auto some = ids.first(std::min(buckets.size(), ids.size()));
      ids = ids.subspan(some.size());
      for (std::size_t i = 0; i < some.size(); ++i)
        prefetch(buckets[i] = &bucket(place_of(some[i])));
      for (std::size_t i = 0; i < some.size(); ++i)
        prefetch(*buckets[i]);
      for (std::size_t i = 0; i < some.size(); ++i)
        if (const auto* found = in_bucket(*buckets[i], some[i]))
          f(found->call);
    }
  }

  /// Takes in a call that is not here. Throws when the id is longer than longest_id.
  entry& add(std::string_view id, Handle call) {
    if (id.size() > longest_id)
      throw std::length_error{"the id of a call is too long"};
    if (size_ == buckets_)
      grow();
    auto* added = new (::operator new(sizeof(entry) + id.size())) entry{id, std::move(call)};
    put(added, place_of(id));
    ++size_;
    return *added;
  }

  void erase(entry& gone) noexcept {
    auto* link = &bucket(place_of(gone.id()));
    while (*link != &gone)
      link = &(*link)->next_;
    *link = gone.next_;
    destroy(&gone);
    --size_;
  }

  /// Puts a fresh entry of the same call in the place of this one, which keeps nothing but its id. Whoever
  /// still points to it gives it to discard() in the end.
  entry& renew(entry& old) {
    auto* fresh = new (::operator new(sizeof(entry) + old.id().size())) entry{old.id(), std::move(old.call)};
    auto* link = &bucket(place_of(old.id()));
    while (*link != &old)
      link = &(*link)->next_;
    fresh->next_ = std::exchange(old.next_, nullptr);
    *link = fresh;
    return *fresh;
  }
  static void discard(entry& renewed) noexcept { destroy(&renewed); }

  /// Forgets all, and gives the memory back.
  void clear() noexcept {
    for (std::size_t i = 0; i < buckets_; ++i)
      for (auto* x = bucket(i); x;)
        destroy(std::exchange(x, x->next_));
    segments_.clear();
    size_ = buckets_ = 0;
    round_ = 1;
  }

  /// Forgets the calls in pieces, so that others have their turn meanwhile: shows some to `f(entry)` before
  /// they are gone, until `most` were looked at, and returns how many that were. Nothing can be added from
  /// the first piece on; after the last the table is empty.
  template <class F>
  std::size_t clear_some(std::size_t most, F f) {
    std::size_t looked_at = 0;
    while (buckets_ > 0 && looked_at < most) {
      ++looked_at; // an empty bucket costs as much as a call
      for (auto* x = std::exchange(bucket(--buckets_), nullptr); x; ++looked_at, --size_) {
        f(*x);
        destroy(std::exchange(x, x->next_));
      }
    }
    if (size_ == 0) // what buckets are left are empty
      clear();
    return looked_at;
  }

  /// Shows each call to `f(entry)`, in no order. `f` must not add or erase any.
  template <class F>
  void each(F f) {
    for (std::size_t i = 0; i < buckets_; ++i)
      for (auto* x = bucket(i); x; x = x->next_)
        f(*x);
  }

  /// The same in pieces, so that others have their turn meanwhile: shows the calls from `place` on, which is
  /// 0 at first, until `most` were looked at, and returns the place to go on from; 0 after the last. Every
  /// call is shown that is here from the first piece to the last, whatever is added or erased between two of
  /// them; one may be shown twice.
  template <class F>
  std::size_t each_from(std::size_t place, std::size_t most, F f) {
    for (std::size_t looked_at = 0; place < buckets_; ++place) {
      if (looked_at >= most)
        return place;
      ++looked_at; // an empty bucket costs as much as a call
      for (auto* x = bucket(place); x; x = x->next_, ++looked_at)
        f(*x);
    }
    return 0;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

private:
  static constexpr std::size_t segment_size = 4096;
  using segment = std::unique_ptr<entry*[]>; // so that buckets never move

  entry*& bucket(std::size_t i) noexcept { return segments_[i / segment_size][i % segment_size]; }

  static entry* in_bucket(entry* first, std::string_view id) noexcept {
    while (first && first->id() != id)
      first = first->next_;
    return first;
  }

  /// The bucket of an id. `round_` is the largest power of two up to the number of buckets.
  std::size_t place_of(std::string_view id) const noexcept {
    const auto hash = siphash(id, key_);
    const auto place = hash & (2 * round_ - 1);
    return place < buckets_ ? place : hash & (round_ - 1);
  }

  void put(entry* x, std::size_t place) noexcept {
    x->next_ = bucket(place);
    bucket(place) = x;
  }

  /// Adds a bucket: the next one of this round is split.
  void grow() {
    if (buckets_ % segment_size == 0)
      segments_.push_back(std::make_unique<entry*[]>(segment_size));
    if (buckets_ == 2 * round_)
      round_ *= 2;
    if (++buckets_ == 1)
      return;
    const auto split = buckets_ - 1 - round_;
    for (auto* x = std::exchange(bucket(split), nullptr); x;) {
      auto* each = std::exchange(x, x->next_);
      put(each, place_of(each->id()));
    }
  }

  static void destroy(entry* x) noexcept {
    x->~entry();
    ::operator delete(x);
  }

  /// Switches name their calls, and some by what a caller has chosen: none may put all calls into one bucket.
  const siphash_key key_ = random_siphash_key();
  std::vector<segment> segments_;
  std::size_t buckets_ = 0;
  std::size_t round_ = 1;
  std::size_t size_ = 0;
};

} // namespace rollcall
