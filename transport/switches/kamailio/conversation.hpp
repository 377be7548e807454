#pragma once

#include "domain/calls/switch_news.hpp"
#include "transport/switches/common/sequence.hpp"
#include "transport/switches/kamailio/call_book.hpp"
#include "transport/switches/kamailio/dialog.hpp"
#include "transport/switches/kamailio/frame.hpp"
#include "transport/switches/kamailio/hang_ups.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/metrics.hpp"
#include "transport/switches/kamailio/snapshot_failure.hpp"
#include "transport/switches/kamailio/snapshot_proof.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::kamailio {

/// What is said to and heard from one Kamailio on one connection, without the connection: it turns frames,
/// orders and the passing of time into news for the link and bytes for Kamailio. Pure; one thread.
///
/// Events and a snapshot go to the link side by side, in the order in which they come. That is right because
/// a call never goes back: what a snapshot says too late changes nothing, what an event names meanwhile
/// counts as named, and what is over is left out of the snapshot for as long as Kamailio may still list it.
class conversation {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// `book` and `counters` outlive it. Hang-ups are requests with numbers from `first_request` on.
  conversation(const limits& bounds, call_book& book, metrics& counters, moment now,
               std::uint64_t first_request = 1);

  /// The connection is attached. Asks for a snapshot at once.
  void begin(const hello& said, moment now);

  /// Takes a frame in and appends what it means to `news`.
  void on_frame(frame&& said, moment now, switch_news& news);

  void hang_up(const std::string& id);
  void resync() { snapshot_wanted_ = true; }

  /// News for the link were dropped, the beginning of a snapshot perhaps among them.
  void dropped() {
    snapshot_wanted_ = gap_due_ = true;
    snapshot_told_ = false;
  }

  /// So many bytes were read.
  void received(std::size_t bytes) { unread_ += bytes; }

  /// To be called every limits::tick.
  void tick(moment now);

  /// Appends what is to be sent now to `out`, and refusals of what cannot be to `news`.
  void write_pending(moment now, std::string& out, switch_news& news);

  /// How long until write_pending() has more; none when only answers are waited for.
  std::optional<std::chrono::milliseconds> wait(moment now) const { return hang_ups_.wait(now); }

  /// Hang-ups that wait to be sent.
  std::size_t waiting() const { return hang_ups_.waiting(); }

  /// Reading goes on after a pause that was ours: the answers may have waited in the socket.
  void resumed(moment now);

  /// When the ping was sent that is not answered; none when each is.
  std::optional<moment> ping_sent() const { return ping_sent_; }

  /// True when Kamailio has not answered a ping for too long.
  bool silent(moment now) const { return ping_sent_ && now - *ping_sent_ > bounds_.answer; }

  /// What was wrong with the last frame that was not understood, once.
  std::optional<std::string> bad_frame_reason() { return std::exchange(bad_frame_, std::nullopt); }

  // --- snapshots: begins, then for each source that is tried: source_begins, counted, says…, read, counted;
  // at last
  // --- ends, which settles what was not named, or failed, which ends nothing

  bool snapshot_due(moment now) const;
  void snapshot_begins(moment now, switch_news& news);
  void snapshot_source_begins(moment now, switch_news& news);
  void snapshot_counted(std::uint64_t dialogs, moment now) { proof_.counted(dialogs, now); }
  void snapshot_says(dialog&& said, moment now, switch_news& news);

  /// True when that call is known, and known to be answered.
  bool is_answered(const std::string& id) const;
  void snapshot_read(moment now) { proof_.list_read(now); }

  /// Why the source has not proved that it has named all dialogs; none when it has.
  std::optional<snapshot_error> snapshot_doubt(dialog_source of) const;
  void snapshot_source_failed(dialog_source of, snapshot_failure why);
  void snapshot_ends(moment now, switch_news& news);
  void snapshot_failed(moment now);

private:
  void on(hello&, moment now, switch_news& news);
  void on(call_report& report, moment now, switch_news& news);
  void on(pong& said, moment now, switch_news& news);
  void on(rpc_answer& answer, moment now, switch_news& news);
  void on(bad_frame& bad, moment now, switch_news& news);
  void on(foreign_frame&, moment now, switch_news& news);
  void lose_sight(switch_news& news);
  void tell(hang_ups::outcome&& outcome, switch_news& news);
  static void pass_on(call_report& report, switch_news& news);

  const limits bounds_;
  call_book& book_;
  metrics& counters_;
  switches::sequence sequence_;
  hang_ups hang_ups_;
  moment pinged_;                   ///< the last time that it was time for a ping
  std::optional<moment> ping_sent_; ///< the one that is not answered
  bool ping_due_ = false;
  bool gap_due_ = false; ///< the link is to be told that events were lost
  std::optional<std::string> bad_frame_;
  std::size_t unread_ = 0; ///< bytes since the last ping

  snapshot_proof proof_;
  std::uint64_t dialogs_bad_ = 0; ///< of the source that is being read
  bool snapshot_running_ = false;
  bool snapshot_told_ = false;  ///< the link has heard of the beginning of one, and of no end
  bool snapshot_named_ = false; ///< and of a call in it
  bool snapshot_wanted_ = false;
  std::uint32_t snapshot_failures_ = 0; ///< in a row
  moment snapshot_began_;
  moment snapshot_regular_;  ///< when the next one is due that nobody asks for
  moment snapshot_earliest_; ///< when the next one may begin
};

} // namespace rollcall::kamailio
