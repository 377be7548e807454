#pragma once

#include "domain/base/ids.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

namespace rollcall {

/// No subject has more calls at one time: a node counts in 32 bits. Sums over years stay exact, also as a
/// double.
constexpr std::uint64_t most_calls_at_once = UINT32_MAX;

/// Whose calls are counted: a customer's, with those of everybody below it, or an account's.
class history_subject {
public:
  history_subject() = default;
  explicit history_subject(customer_id id) : key_(static_cast<std::uint64_t>(id.value()) << 1U) {}
  explicit history_subject(account_id id) : key_((static_cast<std::uint64_t>(id.value()) << 1U) | 1U) {}

  /// As it is kept: an id (31 bits, not 0) and its kind. Another one for each subject.
  std::uint64_t key() const noexcept { return key_; }
  static constexpr std::uint64_t largest_key = UINT32_MAX;
  static history_subject of_key(std::uint64_t key) {
    history_subject made;
    made.key_ = key;
    return made;
  }

  friend bool operator==(const history_subject&, const history_subject&) = default;
  friend auto operator<=>(const history_subject&, const history_subject&) = default;

private:
  std::uint64_t key_ = 0;
};

/// How many calls a subject had over some moments at which they were counted.
struct call_figures {
  std::uint64_t total_max = 0;
  std::uint64_t total_sum = 0; ///< over the moments; divided by their number it is the mean
  std::uint64_t connected_max = 0;
  std::uint64_t connected_sum = 0;

  /// Of one moment.
  static call_figures of(std::uint64_t total, std::uint64_t connected) {
    return {total, total, connected, connected};
  }

  bool none() const { return *this == call_figures{}; }

  /// Adds what was counted at other moments.
  void join(const call_figures& later) {
    total_max = std::max(total_max, later.total_max);
    total_sum += later.total_sum;
    connected_max = std::max(connected_max, later.connected_max);
    connected_sum += later.connected_sum;
  }

  friend bool operator==(const call_figures&, const call_figures&) = default;
};

/// The figures of one subject.
struct figures_row {
  history_subject subject;
  call_figures figures;
  friend bool operator==(const figures_row&, const figures_row&) = default;
};

/// By subject, each once; who had no calls is left out.
using figures_rows = std::vector<figures_row>;

/// The figures of both over all of their moments.
figures_rows joined(const figures_rows& some, const figures_rows& others);

} // namespace rollcall
