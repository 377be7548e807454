#pragma once

#include "domain/base/siphash.hpp"

#include <absl/container/flat_hash_set.h>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall {

/// Remembers which calls of a switch are over, for ten minutes at least and fifteen at most after each was
/// added, so that a late line does not bring one back. A call costs 8 bytes and what a hash table leaves
/// empty, in all 10 to 20: what is kept of an id is a keyed hash, of which two are the same by chance in one
/// of 10^13 pairs of a million ids with a new one. One thread at a time.
///
/// Three tables: the youngest is written to; when it is five minutes old, or full, it becomes the next one,
/// and what was in the oldest is forgotten.
class ended_calls {
public:
  using moment = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::minutes memory{10};

  /// Keeps so many at most. More are kept for a shorter time, which forgotten_early() counts.
  explicit ended_calls(std::size_t most);

  void add(std::string_view id, moment now);
  bool contains(std::string_view id, moment now);

  /// Forgets what is old enough. To be called now and then: add() and contains() do, but may not come.
  void expire(moment now);

  std::size_t size() const noexcept;
  std::uint64_t forgotten_early() const noexcept { return forgotten_early_; }

private:
  static constexpr std::size_t tables = 3;
  static constexpr auto age = memory / (tables - 1);

  void turn(moment now);

  std::size_t most_a_table_;
  siphash_key key_;
  std::array<absl::flat_hash_set<std::uint64_t>, tables> tables_; ///< the youngest first
  std::array<moment, tables> closed_{}; ///< when the last was added to each but the youngest
  moment begun_{};                      ///< when the first was added to the youngest
  moment last_{};                       ///< and the last
  std::uint64_t forgotten_early_ = 0;
};

} // namespace rollcall
