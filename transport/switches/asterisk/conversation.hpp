#pragma once

#include "domain/calls/switch_news.hpp"
#include "transport/switches/asterisk/action.hpp"
#include "transport/switches/asterisk/call_news.hpp"
#include "transport/switches/asterisk/channel_events.hpp"
#include "transport/switches/asterisk/channel_lists.hpp"
#include "transport/switches/asterisk/channel_notes.hpp"
#include "transport/switches/asterisk/hang_ups.hpp"
#include "transport/switches/asterisk/login.hpp"
#include "transport/switches/asterisk/memory.hpp"
#include "transport/switches/asterisk/questions.hpp"
#include "transport/switches/asterisk/requests.hpp"
#include "transport/switches/asterisk/snapshot_times.hpp"
#include "transport/switches/asterisk/suspects.hpp"
#include "transport/switches/driver.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::asterisk {

/// What is said to and heard from one Asterisk on one connection that is attached: events and lists become
/// calls by the graph, orders become actions. It has no socket and no clock. One thread.
///
///   events on ─► lists, while events go on ─┬─► whole: the link is told all calls, and that these are all
///       ▲                                   └─► not whole: it is told what there is, and nothing ends
///       └────── again after snapshot_interval, when it is wanted, and after a failure
class conversation {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// `out` outlives it. ActionIDs begin with `action_id`.
  conversation(switches::session_actions& out, std::shared_ptr<memory> of, const ami_rights& rights,
               const std::string& action_id, switches::instant now);

  conversation(const conversation&) = delete;
  conversation& operator=(const conversation&) = delete;

  void take(const ami_event& message, switches::instant now);

  /// A message has begun: it has ami_grammar's event_beginning headers by now.
  void begins(const ami_event& message, switches::instant now);

  /// A message that Asterisk does not write has come: see ami_grammar.
  void stray(const ami_event& message, switches::instant now);

  /// A read is over: what it has changed is told.
  void tell_changes(switches::instant now);

  void hang_up(const std::string& call, switches::instant now);
  void want_snapshot() { times_.want(); }
  std::size_t hang_ups_waiting() const { return hang_ups_.waiting(); }

  /// Lists have been taken in on this connection, and since then events: the graph has what Asterisk has.
  bool knows_channels() const { return knows_channels_; }

  /// Says what is to be said by now, and begins what is due.
  void look(switches::instant now);

  /// To be called every limits::tick.
  void tick(switches::instant now);

  /// When look() may have something to send before the next tick; none when it has not.
  std::optional<std::chrono::milliseconds> wait(switches::instant now) const;

  /// True when Asterisk has not answered a ping for too long.
  bool silent(switches::instant now) const;

  /// Reading goes on after a pause that was ours.
  void resumed(switches::instant now);

  /// What was told is dropped, from some time ago on: the lists under way are given up.
  void dropping(switches::instant now);
  void caught_up();

private:
  void send(std::string_view action, request asked, action_headers headers, switches::instant now);
  void believe_held(switches::instant now);
  void suspect(const ami_event& message);
  void refuse_forged(const ami_event& message, switches::instant now);
  void on_message_to_us(std::string_view action_id, const ami_event& message, switches::instant now);
  void ask_behind(switches::instant now);
  void ping(switches::instant now);
  void on_answer(const request& to, const ami_event& message, switches::instant now);
  void on_ping(const ami_event& pong, moment sent, switches::instant now);
  void on_hung_up(const request& asked, const ami_event& answer, switches::instant now);
  void refuse(const std::string& call, std::string why);
  void begin_lists(switches::instant now);
  void look_at_lists(switches::instant now);
  void complete(switches::instant now);
  void give_up(switches::instant now);
  void ask_listed();
  void tell_all(call_changes changes, bool whole, switches::instant now);
  void tell(switch_news news);
  void note_unheard();
  void speak(switches::instant now);
  void was_asked(const request& question, switches::instant now);
  void ask_questions(switches::instant now);
  void write_notes(switches::instant now);
  void on_noted(const ami_event& answer);
  call_changes take_changes();
  void note_unreadable();
  timestamp by_our_clock(const ami_event& event, switches::instant now) const;
  leg_moment at(switches::instant now) const { return {now.steady, now.wall}; }

  switches::session_actions& out_;
  const std::shared_ptr<memory> of_;
  const ami_rights rights_;
  leg_graph& graph_;
  channel_events events_;
  channel_lists lists_;
  channel_notes notes_;
  hang_ups hang_ups_;
  questions questions_;
  const std::string action_id_; ///< what ours begin with
  requests requests_;
  snapshot_times times_;
  std::size_t questions_open_ = 0; ///< sent, and not answered; notes as well
  moment questions_rest_{};        ///< none is asked before
  std::optional<ami_event> held_;  ///< an event that is believed when what is behind it begins as it has to
  moment behind_at_{};             ///< when that may be asked for again
  bool untimed_told_ = false;
  bool unreadable_told_ = false;
  moment forged_at_{}; ///< the last event of that kind
  suspects suspects_;
  std::optional<moment> ping_sent_;
  bool ping_paused_ = false; ///< we stood still meanwhile
  moment pinged_{};
  moment listed_at_{};          ///< the last that came of a list
  bool has_listed_ = false;     ///< since the link was to be told all calls anew
  bool knows_channels_ = false; ///< lists have been taken in
  bool had_whole_ = false;      ///< and were whole once: what events have not told of was not there before
  std::string failure_told_;    ///< why there was no snapshot, once
  std::uint64_t ids_bad_ = 0;
  std::uint64_t legs_refused_ = 0;
};

} // namespace rollcall::asterisk
