#pragma once

#include "transport/switches/common/session_limits.hpp"

#include <chrono>
#include <cstddef>

namespace rollcall::asterisk {

/// What one Asterisk may cost, and how it is treated.
struct limits : switches::session_limits {
  limits() {
    window = 4;
    backlog = 250'000; // more calls than an Asterisk has
    read_bytes = 64 * 1024;
    hang_ups_waiting = 200'000;
    unsent_bytes = 64 * 1024 * 1024;
    acknowledge_at_once = true;              // an event is written in small pieces
    linger = std::chrono::milliseconds{200}; // it is told nothing
  }

  /// Hang-ups without an answer, at once, and those that may be sent together after a pause.
  std::size_t hang_ups_at_once = 100;
  double hang_ups_burst = 20;

  /// After a call's owner was hung up Asterisk ends the other legs by itself. Those that are left after this
  /// are hung up as well.
  std::chrono::milliseconds others{1'000};

  /// Calls that wait for that. Of more, who asks again hangs up what is left.
  std::size_t left_behind = 10'000;

  /// Channels of one list that are remembered beyond the graph: those of PJSIP, and those that are new.
  std::size_t listed = 500'000; // as many as leg_graph takes

  /// Questions about channels (Getvar) without an answer, at once, and those that wait: more are not asked.
  /// Asterisk answers them one after the other, each when the channel's thread has time, and does nothing
  /// else for us meanwhile: neither an order nor a ping. After one that took `question_slow` or longer none
  /// is asked for so many times as long.
  std::size_t questions_at_once = 2;
  std::chrono::milliseconds question_slow{500};
  int question_rest = 10;
  std::size_t questions_waiting = 10'000;

  /// Between two pings that ask for something behind an event, by which it is believed.
  std::chrono::milliseconds behind{20};

  std::chrono::milliseconds ping{5'000};    ///< between two signs of life asked for
  std::chrono::milliseconds answer{10'000}; ///< to anything that was asked, and to the next item of a list
  std::chrono::milliseconds tick{250};      ///< how often all of this is looked at: leg_graph::sweep_interval

  /// A channel that is listed, is older than this, and of which no event has told, shows that the manager
  /// user gets no events of channels.
  std::chrono::milliseconds unheard{5'000};

  /// So long it is noted that events had lines of strangers in them.
  std::chrono::minutes forged{10};

  std::chrono::milliseconds snapshot_pause{1'000};  ///< between the starts of two, at least
  std::chrono::milliseconds snapshot_again{1'000};  ///< after one that failed; it doubles each time
  std::chrono::milliseconds snapshot_retry{30'000}; ///< up to this
};

} // namespace rollcall::asterisk
