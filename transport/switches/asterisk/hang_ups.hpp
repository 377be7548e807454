#pragma once

#include "domain/calls/leg_graph.hpp"
#include "transport/switches/asterisk/limits.hpp"
#include "transport/switches/common/pacer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall::asterisk {

/// The hang-ups of one connection, from the order to the answer. A call is hung up by its owner's leg, with
/// which Asterisk ends the others; without an owner by each of its legs; and after limits::others by those
/// that are left:
///
///     wanted ─┬─ has an owner ───► Hangup of it ──done──► after a second: the owner has gone, legs are left
///     ─┐
///             └─ has none ───────► Hangup of each leg
///             ◄───────────────────────────────────────────────────────┘
///
/// A leg is named only while the graph holds it in that call, at the moment of sending. They are spread over
/// time, and a call that is being hung up is not taken again. Pure; one thread.
///
/// What is kept: calls that wait, which the caller bounds (limits::hang_ups_waiting), or in place of one
/// without an owner its legs, which the graph bounds; limits::hang_ups_at_once that are sent, each until its
/// answer, which the caller brings also when none comes; limits::left_behind.
class hang_ups {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// A leg to be hung up for a call.
  struct target {
    std::string call;
    std::string leg;
  };

  /// What cannot be hung up.
  struct refused {
    std::string call;
    bool unknown = false; ///< there is no such call
    std::string why = {};
  };

  /// `graph` outlives it.
  hang_ups(const limits& bounds, double per_second, const leg_graph& graph, moment now);

  /// Wants a call hung up. False when it is wanted already.
  bool enqueue(const std::string& call);

  /// The next that may be sent now; none when nothing waits or it is too early. Instead it may set `bad`.
  std::optional<target> next(moment now, std::optional<refused>& bad);

  /// How long to wait until next() has something; none when nothing waits but for answers.
  std::optional<std::chrono::milliseconds> wait(moment now) const;

  /// A target that next() gave was hung up, or not.
  void answered(const std::string& call, bool done, moment now);

  /// Legs that are left after their owner are hung up as well, but none that has joined the call since.
  void look(moment now);

  std::size_t waiting() const { return waiting_.size(); }

  /// Of how many calls something is kept, counted for each reason.
  std::size_t kept() const { return open_.size() + legs_.size() + left_.size(); }

private:
  struct wanted {
    std::string call;
    std::string leg = {}; ///< empty: whichever is to be named
    bool again = false;   ///< it is what is left of one
  };

  struct left_behind {
    moment at{}; ///< when they are looked at
    std::string call;
    std::vector<std::string> legs; ///< when it was hung up
  };

  bool choose_leg(wanted& first, std::optional<refused>& bad);
  void close(const std::string& call);

  const limits bounds_;
  const leg_graph& graph_;
  switches::pacer pace_;
  std::deque<wanted> waiting_;
  std::size_t sent_ = 0;                                           ///< and not answered
  std::unordered_map<std::string, std::size_t> open_;              ///< what waits or is sent, by call
  std::unordered_map<std::string, std::vector<std::string>> legs_; ///< of calls with a Hangup under way
  std::deque<left_behind> left_;
};

} // namespace rollcall::asterisk
