#pragma once

#include "domain/switch_news.hpp"
#include "transport/kamailio/call_book.hpp"
#include "transport/kamailio/dialog.hpp"
#include "transport/kamailio/frame.hpp"
#include "transport/kamailio/hang_ups.hpp"
#include "transport/kamailio/limits.hpp"
#include "transport/kamailio/metrics.hpp"
#include "transport/kamailio/sequence.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rollcall::kamailio {

/// What is said to and heard from one Kamailio on one connection, without the connection: it turns frames,
/// wishes and the passing of time into news for the link and bytes for Kamailio. Pure; one thread.
///
/// Events and a snapshot go to the link side by side, in the order in which they come. That is right because
/// a call never goes back: what a snapshot says too late changes nothing, what an event names meanwhile
/// counts as named, and what is over is left out of the snapshot for as long as Kamailio may still list it.
class conversation {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// `book` and `counters` outlive it.
  conversation(const limits& bounds, call_book& book, metrics& counters, moment now);

  /// The connection is attached. Asks for a snapshot at once.
  void begin(const hello& said, moment now);

  /// Takes a frame in and appends what it means to `news`.
  void hear(frame&& said, moment now, switch_news& news);

  void hang_up(const std::string& id);
  void resync() { snapshot_wanted_ = true; }

  /// To be called every limits::tick.
  void tick(moment now);

  /// Appends what is to be sent now to `out`, and refusals of what cannot be to `news`.
  void speak(moment now, std::string& out, switch_news& news);

  /// How long until speak() has more; none when only answers are waited for.
  std::optional<std::chrono::milliseconds> wait(moment now) const { return hang_ups_.wait(now); }

  /// Hang-ups that wait to be sent.
  std::size_t waiting() const { return hang_ups_.waiting(); }

  /// Reading goes on after a pause that was ours: the answers may have waited in the socket.
  void resumed(moment now);

  /// True when Kamailio has not answered a ping for too long.
  bool silent(moment now) const { return ping_sent_ && now - *ping_sent_ > bounds_.answer; }

  // --- snapshots: begins, says…, then ends or failed

  bool snapshot_due(moment now) const;
  void snapshot_begins(moment now, switch_news& news);
  void snapshot_says(dialog&& said, moment now, switch_news& news);
  void snapshot_ends(moment now, switch_news& news);
  void snapshot_failed(moment now);

private:
  void on(hello&, moment now, switch_news& news);
  void on(call_report& report, moment now, switch_news& news);
  void on(pong& said, moment now, switch_news& news);
  void on(rpc_answer& answer, moment now, switch_news& news);
  void on(snapshot_answer&, moment now, switch_news& news);
  void on(bad_frame& bad, moment now, switch_news& news);
  void tell(hang_ups::outcome&& outcome, switch_news& news);

  const limits bounds_;
  call_book& book_;
  metrics& counters_;
  sequence sequence_;
  hang_ups hang_ups_;
  moment pinged_;                   ///< the last time that it was time for a ping
  std::optional<moment> ping_sent_; ///< the one that is not answered
  bool ping_due_ = false;

  bool snapshot_running_ = false;
  bool snapshot_wanted_ = false;
  std::uint32_t snapshot_failures_ = 0; ///< in a row
  moment snapshot_began_;
  moment snapshot_regular_;  ///< when the next one is due that nobody asks for
  moment snapshot_earliest_; ///< when the next one may begin
};

} // namespace rollcall::kamailio
