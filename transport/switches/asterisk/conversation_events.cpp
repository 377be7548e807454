#include "transport/switches/asterisk/ami_grammar.hpp"
#include "transport/switches/asterisk/conversation.hpp"
#include "transport/switches/common/quoted.hpp"

#include <string>
#include <utility>

namespace rollcall::asterisk {

using switches::instant;

// What Asterisk says, and what of it is believed.

namespace {

constexpr std::size_t channel_name_bytes = 100;

constexpr auto forged_note =
    "its events have line ends of strangers in them, in the number of a caller or in what was "
    "dialled (%0d%0a in a SIP URI); such events are not believed, and calls may be missing";

constexpr auto untimed_note =
    "its events have no time, and are not believed: manager.conf needs timestampevents = yes";

constexpr std::chrono::seconds forged_pause{1};

} // namespace

void conversation::take(const ami_event& message, instant now) {
  const auto action_id = message.get("ActionID");
  const auto is_answer = action_id.starts_with(action_id_);
  if (!is_answer && !begins_as_event(message))
    return stray(message, now);
  believe_held(now);
  if (is_answer)
    return on_message_to_us(action_id, message, now);
  if (!channel_events::knows(message))
    return;
  ++of_->counters->events;
  if (has_whole_channels(message))
    held_ = message;
  else
    refuse_forged(message, now);
}

void conversation::begins(const ami_event& message, instant now) {
  if (held_ && begins_as_event(message))
    believe_held(now);
}

/// What is behind it begins as it has to: nothing is left of it.
void conversation::believe_held(instant now) {
  if (!held_)
    return;
  const auto event = std::move(*held_);
  held_.reset();
  for (const auto* id : {"Uniqueid", "DestUniqueid"})
    lists_.heard(event.get(id));
  events_.take(event, {now.steady, by_our_clock(event, now)});
  if (event.get("Event") == "Hangup") {
    notes_.gone(event.get("Uniqueid"));
    if (suspects_.remove(event.get("Channel")))
      times_.want();
  }
  if (rights_.ask)
    questions_.heard(event);
}

/// Either all events have no time, or this is what a text has left of a message that it has ended.
void conversation::stray(const ami_event& message, instant now) {
  if (message.size() > 1 && message.name(0) == "Event" && message.name(1) == "Privilege" && !held_) {
    of_->notes->set("events", untimed_note);
    if (!std::exchange(untimed_told_, true))
      out_.warn(untimed_note);
    return;
  }
  held_.reset();
  if (lists_.now() == channel_lists::state::running) {
    graph_.snapshot_begin(); // without the last item nothing of these lists is true
    notes_.begin_lists();
    lists_.fail("a text has ended an item");
  }
  refuse_forged(message, now);
}

/// The event is not believed, whatever it tells: the lists will show what has become of its channel.
void conversation::refuse_forged(const ami_event& message, instant now) {
  ++of_->counters->messages_forged;
  const auto is_told = now.steady - std::exchange(forged_at_, now.steady) < forged_pause;
  const auto channel = switches::one_line(message.get("Channel"), channel_name_bytes);
  of_->notes->set("forged", forged_note);
  if (!is_told) // one such call makes many
    out_.warn(std::string{forged_note} + (channel.empty() ? "" : ": channel " + channel));
  suspect(message);
}

/// Where a channel is told to have gone, be it in a message that is not believed, lists may be right again.
/// Who writes such messages gains nothing by that but lists as often as anybody may have them.
void conversation::suspect(const ami_event& message) {
  const auto channel = message.get("Channel");
  if (message.get("Event") != "Hangup") {
    suspects_.add(channel);
    times_.doubt();
  } else if (suspects_.remove(channel)) {
    times_.want();
  } else {
    times_.doubt();
  }
}

} // namespace rollcall::asterisk
