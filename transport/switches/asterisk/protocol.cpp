#include "transport/switches/asterisk/protocol.hpp"

#include "transport/switches/asterisk/ami_grammar.hpp"
#include "transport/switches/common/quoted.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::asterisk {

using switches::instant;

protocol::protocol(switches::session_actions& out, std::shared_ptr<memory> of, std::string action_id)
    : out_(out),
      of_(std::move(of)),
      action_id_(std::move(action_id)),
      splitter_(of_->bounds.read_bytes),
      login_(of_->to.user, of_->to.secret, action_id_) {}

// --- lines

void protocol::received(std::size_t bytes, instant now) {
  splitter_.added(bytes);
  read(now);
  if (phase_ != phase::up)
    return;
  conversation_->tell_changes(now);
  look_around(now);
}

void protocol::read(instant now) {
  using found = switches::line_splitter::found;
  std::string_view line;
  while (phase_ != phase::over) {
    const auto what = splitter_.next(line);
    if (what == found::none)
      break;
    if (phase_ == phase::banner)
      on_banner(what == found::line ? line : std::string_view{});
    else if (what == found::too_long)
      reader_.lost_line();
    else if (reader_.take(line))
      on_message(reader_.message(), now);
    else if (phase_ == phase::up)
      on_part(line, now);
  }
  of_->counters->lines_bad += reader_.bad_lines() - std::exchange(lines_bad_, reader_.bad_lines());
}

void protocol::on_banner(std::string_view line) {
  const auto first = login_.greeted(line);
  if (first.empty())
    return end(close_reason::bad_message, "no Asterisk: it begins with " + switches::quoted(line));
  phase_ = phase::login;
  out_.send(first);
}

/// A message goes on, or has ended and had no header.
void protocol::on_part(std::string_view line, instant now) {
  const auto& message = reader_.message();
  if (line.empty() && reader_.bad_lines() != bad_lines_seen_)
    conversation_->stray(message, now);
  else if (message.size() == event_beginning)
    conversation_->begins(message, now);
  if (line.empty())
    bad_lines_seen_ = reader_.bad_lines();
}

void protocol::on_message(const ami_event& message, instant now) {
  bad_lines_seen_ = reader_.bad_lines();
  if (phase_ == phase::up)
    return conversation_->take(message, now);
  if (phase_ != phase::login)
    return; // events are off
  out_.send(login_.take(message));
  if (login_.now() != login::state::asking)
    on_login();
}

/// What is noted is for everybody, and the log has what Asterisk says.
void protocol::on_login() {
  auto& notes = *of_->notes;
  const auto user = "the manager user '" + of_->to.user + '\'';
  if (login_.now() == login::state::refused) {
    notes.set("login",
              "it refuses " + user
                  + ": user and secret must be those of manager.conf, which must permit this address");
    return end(close_reason::auth_failed, "Asterisk refuses " + user + ": " + login_.refusal());
  }
  notes.clear("login");
  const auto& rights = login_.rights();
  if (rights.all()) {
    notes.clear("rights");
  } else {
    std::string missing;
    for (const auto& [has, action] :
         {std::pair{rights.list, "CoreShowChannels"}, {rights.hang_up, "Hangup"}, {rights.ask, "Getvar"}})
      missing += has ? "" : (missing.empty() ? "" : ", ") + std::string{action};
    const auto text = user + " may not give " + missing + ": it needs write = call,reporting in manager.conf";
    notes.set("rights", text);
    if (!rights.list)
      return end(close_reason::auth_failed, text);
    out_.warn(text);
  }
  phase_ = phase::attaching;
  switches::claim who;
  who.run = login_.run();
  out_.identify(std::move(who));
}

void protocol::end(close_reason why, const std::string& text) {
  phase_ = phase::over;
  out_.close(why, text);
}

// --- once attached

void protocol::attached(instant now) {
  phase_ = phase::up;
  of_->begin(login_.run());
  conversation_.emplace(out_, of_, login_.rights(), action_id_, now);
  ticked_ = now.steady;
  tick(now);
  look_around(now);
}

/// Whatever has happened, something may be said or begun now.
void protocol::look_around(instant now) {
  if (phase_ != phase::up)
    return;
  conversation_->look(now);
  if (const auto wait = conversation_->wait(now))
    wake_by(now.steady + std::max(*wait, std::chrono::milliseconds{1}), now.steady);
  wake_by(tick_at_, now.steady);
}

void protocol::wake_by(moment then, moment now) {
  if (wakes_at_ && *wakes_at_ <= then)
    return;
  wakes_at_ = then;
  out_.wake(std::chrono::ceil<std::chrono::milliseconds>(std::max(then - now, moment::duration{0})));
}

void protocol::woken(instant now) {
  wakes_at_.reset();
  if (phase_ != phase::up)
    return;
  if (now.steady >= tick_at_)
    tick(now);
  look_around(now);
}

void protocol::tick(instant now) {
  // After a pause of this process the answers wait in the socket.
  if (const auto before = std::exchange(ticked_, now.steady); ticked_ - before > 2 * of_->bounds.tick)
    conversation_->resumed(now);
  conversation_->tick(now);
  tick_at_ = now.steady + of_->bounds.tick;
  if (conversation_->silent(now))
    end(close_reason::too_slow, "no sign of life");
}

void protocol::hang_up(const std::string& id, instant now) {
  if (!conversation_)
    return;
  conversation_->hang_up(id, now);
  if (phase_ == phase::up)
    look_around(now);
}

void protocol::request_snapshot(instant now) {
  conversation_->want_snapshot();
  look_around(now);
}

bool protocol::takes_hang_ups() const { return conversation_ && conversation_->knows_channels(); }

std::size_t protocol::hang_ups_waiting() const {
  return conversation_ ? conversation_->hang_ups_waiting() : 0;
}

void protocol::overrun(instant now) {
  if (phase_ == phase::up)
    conversation_->dropping(now);
}

void protocol::caught_up(instant now) {
  conversation_->caught_up();
  look_around(now);
}

void protocol::closing(close_reason, const std::string&) { phase_ = phase::over; }

} // namespace rollcall::asterisk
