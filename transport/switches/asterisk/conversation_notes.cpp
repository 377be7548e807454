#include "transport/switches/asterisk/conversation.hpp"
#include "transport/switches/common/quoted.hpp"

#include <string>
#include <utility>
#include <variant>

namespace rollcall::asterisk {

using switches::instant;

// Notes in channels: by them calls keep their ids when another node, or a new daemon, connects to the
// Asterisk.

namespace {

constexpr std::size_t note_error_bytes = 200;

constexpr auto unreadable_note =
    "its channels do not show RC_NOTE, which channelvars in manager.conf has to name: a call that was "
    "transferred may get another ID, and times of answer are lost, when rollcall starts or another node "
    "takes over";

} // namespace

/// What has become of calls, also for the notes of their channels.
call_changes conversation::take_changes() {
  auto changes = graph_.take_changes();
  for (const auto& each : changes) {
    if (const auto* began = std::get_if<call_began>(&each))
      notes_.look(began->call);
    else if (const auto* changed = std::get_if<call_changed>(&each))
      notes_.look(changed->call);
  }
  return changes;
}

void conversation::write_notes(instant now) {
  while (rights_.note && questions_open_ < of_->bounds.questions_at_once) {
    const auto next = notes_.next();
    if (!next)
      break;
    ++questions_open_;
    send("Setvar", {request::kind::note, next->leg},
         {{"Channel", next->leg}, {"Variable", note_variable}, {"Value", next->text}}, now);
  }
  of_->counters->notes_ignored += notes_.take_ignored();
}

void conversation::on_noted(const ami_event& answer) {
  if (answer.get("Response") == "Success") {
    ++of_->counters->notes_written;
    return;
  }
  const auto why = switches::one_line(answer.get("Message"), note_error_bytes);
  if (why == "No such channel")
    return; // it has ended just now
  ++of_->counters->notes_refused;
  out_.warn("it does not write what is to be noted in a channel: " + why);
}

void conversation::note_unreadable() {
  if (notes_.readable() || !rights_.note)
    return of_->notes->clear("notes");
  of_->notes->set("notes", unreadable_note);
  if (!std::exchange(unreadable_told_, true))
    out_.warn(unreadable_note);
}

} // namespace rollcall::asterisk
