#include "transport/switches/asterisk/conversation.hpp"

#include "transport/switches/asterisk/ami_values.hpp"
#include "transport/switches/common/quoted.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::asterisk {

using switches::instant;

namespace {

constexpr std::size_t answer_bytes = 200;

bool is_done(const ami_event& answer) { return answer.get("Response") == "Success"; }

} // namespace

conversation::conversation(switches::session_actions& out, std::shared_ptr<memory> of,
                           const ami_rights& rights, const std::string& action_id, instant now)
    : out_(out),
      of_(std::move(of)),
      rights_(rights),
      graph_(*of_->graph),
      events_(of_->to.rules, graph_),
      lists_(events_, graph_, of_->bounds.listed),
      notes_(graph_, of_->bounds.questions_waiting),
      hang_ups_(of_->bounds, static_cast<double>(of_->to.hang_ups_per_second), graph_, now.steady),
      questions_(graph_, of_->bounds.questions_waiting),
      action_id_(action_id),
      requests_(action_id),
      times_(of_->bounds, of_->to.snapshot_interval, now.steady),
      legs_refused_(graph_.refused()) {
  out_.send(action_text("Events", action_id + "events", {{"EventMask", "call"}}));
  ping(now); // the first list is told by our clock
  begin_lists(now);
}

// --- answers

void conversation::on_message_to_us(std::string_view action_id, const ami_event& message, instant now) {
  const auto* const asked = requests_.find(action_id);
  if (!asked)
    return; // it came too late
  if (asked->is_list())
    return on_answer(*asked, message, now); // the first of many
  const auto whole = *requests_.take(action_id);
  on_answer(whole, message, now);
}

void conversation::on_answer(const request& to, const ami_event& message, instant now) {
  switch (to.what) {
  case request::kind::ping:
    return on_ping(message, to.sent, now);
  case request::kind::bridges:
    listed_at_ = now.steady;
    return lists_.take_bridge(message);
  case request::kind::channels:
    listed_at_ = now.steady;
    lists_.take_channel(message, -of_->clock.correction());
    if (lists_.now() == channel_lists::state::failed)
      suspects_.add(message.get("Channel"));
    else if (lists_.now() == channel_lists::state::running)
      notes_.listed(message, now.wall);
    return;
  case request::kind::hang_up:
    return on_hung_up(to, message, now);
  case request::kind::sip_call_id:
    was_asked(to, now);
    return events_.sip_call_id(to.leg, is_done(message) ? message.get("Value") : std::string_view{}, at(now));
  case request::kind::media:
    was_asked(to, now);
    return events_.media(to.leg, is_done(message) ? message.get("Value") : std::string_view{}, at(now));
  case request::kind::note:
    was_asked(to, now);
    return on_noted(message);
  }
}

void conversation::on_ping(const ami_event& pong, moment sent, instant now) {
  ping_sent_.reset();
  if (ping_paused_)
    return; // how long it took is not known
  const auto told = time_in(pong.get("Timestamp"));
  if (!told)
    return;
  of_->clock.measured(*told, now.wall, now.steady - sent, now.steady);
  const std::chrono::duration<double> ahead = *of_->clock.ahead();
  of_->notes->set_clock(ahead.count());
}

timestamp conversation::by_our_clock(const ami_event& event, instant now) const {
  const auto told = time_in(event.get("Timestamp"));
  return told ? *told - of_->clock.correction() : now.wall;
}

/// Nothing is hung up by the answer: the channel's own end says that it is over.
void conversation::on_hung_up(const request& asked, const ami_event& answer, instant now) {
  const auto done = is_done(answer);
  hang_ups_.answered(asked.call, done, now.steady);
  if (done) {
    if (const auto* const call = graph_.find(asked.call)) {
      auto event = event_of(*call, of_->to, now.wall);
      event.state = call_state::disconnecting;
      tell({std::move(event)});
    }
    return;
  }
  const auto why = switches::one_line(answer.get("Message"), answer_bytes);
  if (why == "No such channel") { // it has ended just now, or the graph is wrong: lists tell
    ++of_->counters->hang_ups_missing;
    return want_snapshot();
  }
  refuse(asked.call, why);
}

void conversation::refuse(const std::string& call, std::string why) {
  ++of_->counters->hang_ups_refused;
  tell({refusal{call, std::move(why)}});
}

// --- what the link and the clock want

void conversation::hang_up(const std::string& call, instant now) {
  if (!rights_.hang_up)
    return refuse(call, "the manager user may not hang up: it needs write = call in manager.conf");
  hang_ups_.enqueue(call);
  times_.ordered();
  speak(now);
}

void conversation::send(std::string_view action, request asked, action_headers headers, instant now) {
  asked.sent = now.steady;
  const auto text = action_text(action, requests_.add(std::move(asked)), headers);
  out_.send(text);
}

/// Nothing is hung up before the first lists: what Asterisk has is not known.
void conversation::speak(instant now) {
  while (knows_channels_) {
    std::optional<hang_ups::refused> bad;
    const auto next = hang_ups_.next(now.steady, bad);
    if (bad && bad->unknown) {
      ++of_->counters->hang_ups_missing;
      want_snapshot();
    } else if (bad) {
      refuse(bad->call, std::move(bad->why));
    } else if (next) {
      ++of_->counters->hang_ups_sent;
      send("Hangup", {request::kind::hang_up, next->leg, next->call}, {{"Channel", next->leg}}, now);
    } else {
      return;
    }
  }
}

/// It was answered, or is not waited for any more.
void conversation::was_asked(const request& question, instant now) {
  --questions_open_;
  if (const auto took = now.steady - question.sent; took >= of_->bounds.question_slow)
    questions_rest_ = now.steady + of_->bounds.question_rest * took;
}

void conversation::ask_questions(instant now) {
  while (questions_open_ < of_->bounds.questions_at_once && now.steady >= questions_rest_) {
    auto next = questions_.next();
    if (!next)
      break;
    ++questions_open_;
    const auto leg = next->leg;
    const auto* const variable =
        next->what == request::kind::media ? "CHANNEL(rtp,dest)" : "CHANNEL(pjsip,call-id)";
    send("Getvar", std::move(*next), {{"Channel", leg}, {"Variable", variable}}, now);
  }
  of_->counters->questions_lost += questions_.take_lost();
}

void conversation::tell_changes(instant now) {
  if (lists_.now() == channel_lists::state::whole)
    return; // look() tells them, and all others
  tell(news_of(take_changes(), of_->to, now.wall));
}

/// An event waits for what comes behind it. When nothing does by itself, something is asked for.
void conversation::ask_behind(instant now) {
  if (!held_ || now.steady < behind_at_)
    return;
  behind_at_ = now.steady + of_->bounds.behind;
  if (!ping_sent_)
    ping(now);
}

void conversation::ping(instant now) {
  pinged_ = now.steady;
  ping_sent_ = now.steady;
  ping_paused_ = false;
  send("Ping", {request::kind::ping}, {}, now);
}

std::optional<std::chrono::milliseconds> conversation::wait(instant now) const {
  auto soonest = knows_channels_ ? hang_ups_.wait(now.steady) : std::nullopt;
  if (held_ && !ping_sent_) {
    const auto behind =
        std::chrono::ceil<std::chrono::milliseconds>(std::max(behind_at_ - now.steady, moment::duration{0}));
    soonest = soonest ? std::min(*soonest, behind) : behind;
  }
  return soonest;
}

void conversation::look(instant now) {
  ask_behind(now);
  look_at_lists(now);
  speak(now);
  write_notes(now);
  ask_questions(now);
}

void conversation::tick(instant now) {
  graph_.sweep(at(now));
  tell_changes(now);
  hang_ups_.look(now.steady);
  for (const auto& each : requests_.take_overdue(now.steady - of_->bounds.answer)) {
    if (each.what == request::kind::hang_up) // who has asked will ask again
      hang_ups_.answered(each.call, false, now.steady);
    else if (each.what != request::kind::ping)
      was_asked(each, now);
  }
  if (!ping_sent_ && now.steady - pinged_ >= of_->bounds.ping)
    ping(now);
  of_->counters->ids_bad += events_.bad_ids() - std::exchange(ids_bad_, events_.bad_ids());
  of_->counters->legs_refused += graph_.refused() - std::exchange(legs_refused_, graph_.refused());
}

bool conversation::silent(instant now) const {
  return ping_sent_ && now.steady - *ping_sent_ > of_->bounds.answer;
}

void conversation::resumed(instant now) {
  if (ping_sent_) {
    ping_sent_ = now.steady;
    ping_paused_ = true;
  }
  listed_at_ = now.steady;
  requests_.resumed(now.steady);
}

void conversation::dropping(instant now) {
  lists_.fail("the node is too far behind");
  look_at_lists(now);
}

/// The link takes a snapshot that begins anew for what it is: until one ends, calls may have changed unseen.
void conversation::caught_up() {
  tell({snapshot_begin{}, snapshot_begin{}});
  has_listed_ = false;
  times_.want();
}

} // namespace rollcall::asterisk
