#pragma once

#include <chrono>
#include <cstdint>
#include <map>

namespace rollcall::switches {

/// Watches the numbers of a switch's events for those that are missing. Its workers may overtake each other,
/// so that numbers come out of order by milliseconds; one that stays away was lost, on the way or in a full
/// queue. One thread.
class sequence {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// An event is lost when it is later than `patience`.
  explicit sequence(std::chrono::milliseconds patience) : patience_(patience) {}

  /// A connection begins when `newest` events have been made. Whether those come is not watched.
  void start(std::uint64_t newest);

  /// An event has come.
  void seen(std::uint64_t number, moment now);

  /// So many events have been made by now: the last of them should have come, too.
  void announced(std::uint64_t newest, moment now);

  /// True when something is lost.
  bool lost(moment now) const;

  /// A snapshot has begun, which has whatever the missing ones would have said.
  void reset_gaps();

private:
  struct hole {
    std::uint64_t last;
    moment since;
  };

  void fill(std::uint64_t number);

  const std::chrono::milliseconds patience_;
  std::uint64_t next_ = 1;              ///< the lowest number that was neither seen nor missed
  std::map<std::uint64_t, hole> holes_; ///< by their first number
};

} // namespace rollcall::switches
