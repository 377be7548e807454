#pragma once

#include "domain/calls/recently_ended.hpp"
#include "transport/switches/kamailio/frame.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rollcall::kamailio {

/// What has to be known of the calls of one Kamailio beside what the node knows: how to hang each of them up,
/// and which are over although a snapshot may still show them. It outlives a connection. One thread.
class call_book {
public:
  /// Calls that are known at once. More are told like these, but a ringing one of them is hung up like one
  /// that is answered, which Kamailio may refuse.
  static constexpr std::size_t most_calls = 2'000'000;

  using moment = std::chrono::steady_clock::time_point;

  struct entry {
    std::string transaction; ///< of the INVITE; empty when the switch did not say it
    bool routed = false;     ///< told as ARComplete or later
    bool answered = false;
    std::uint32_t seen = 0; ///< number of the snapshot in which, or after which, it was last named
  };

  /// An ended call is remembered for `remember`; a call has `routing` to be routed in.
  explicit call_book(std::chrono::milliseconds remember,
                     std::chrono::milliseconds routing = std::chrono::seconds{2})
      : routing_(routing), over_(remember) {}

  /// A connection begins. Of another run than the last one nothing is known yet.
  void begin_run(const std::string& run);
  const std::string& run() const { return run_; }

  /// Takes an event or a call of a snapshot in. False when that call is known to be over: it is not to be
  /// told.
  bool take(const call_report& report, moment now);

  /// Null for a call that is unknown, or over.
  const entry* find(const std::string& id) const;

  /// True for a call that ended not long ago.
  bool is_over(const std::string& id) const { return over_.contains(id); }

  void begin_snapshot() { ++snapshot_; }

  /// What was not named since begin_snapshot() is gone.
  void end_snapshot();

  /// True when a call has had its time and is not routed. Told once for each call.
  bool routing_overdue(moment now);

  /// Forgets calls that ended long ago.
  void forget(moment now) { over_.forget(now); }

  std::size_t size() const { return calls_.size(); }

private:
  const std::chrono::milliseconds routing_;
  std::string run_;
  std::uint32_t snapshot_ = 0;
  std::unordered_map<std::string, entry> calls_;
  recently_ended over_;
  std::deque<std::pair<moment, std::string>> unrouted_; ///< when each is to be routed, soonest first
};

} // namespace rollcall::kamailio
