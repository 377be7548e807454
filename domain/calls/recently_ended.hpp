#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>
#include <utility>

namespace rollcall {

/// The calls of one switch that ended not long ago. Its lists may name them for a while as if they were up,
/// and late events of them change nothing. Pure; one thread.
class recently_ended {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// Each is remembered for `remember`, or until `most` others have ended.
  explicit recently_ended(std::chrono::milliseconds remember, std::size_t most = 1'000'000)
      : remember_(remember), most_(most) {}

  /// False when that call is known to be over.
  bool add(const std::string& id, moment now) {
    if (!over_.insert(id).second)
      return false;
    forget_.emplace_back(now + remember_, id);
    if (forget_.size() > most_)
      forget_first();
    return true;
  }

  bool contains(const std::string& id) const { return over_.contains(id); }

  /// Forgets those whose time is up.
  void forget(moment now) {
    while (!forget_.empty() && forget_.front().first <= now)
      forget_first();
  }

  void clear() {
    over_.clear();
    forget_.clear();
  }

private:
  void forget_first() {
    over_.erase(forget_.front().second);
    forget_.pop_front();
  }

  const std::chrono::milliseconds remember_;
  const std::size_t most_;
  std::unordered_set<std::string> over_;
  std::deque<std::pair<moment, std::string>> forget_; ///< when to forget which, soonest first
};

} // namespace rollcall
