#include "transport/switches/kamailio/protocol.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>
#include <variant>

namespace rollcall::kamailio {

using switches::instant;

namespace {

/// Bad frames are told so often at most.
constexpr std::chrono::seconds bad_frame_pause{1};

std::string clock_note(double ahead) {
  std::array<char, 64> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f s %s", std::abs(ahead), ahead > 0 ? "ahead" : "behind");
  return std::string{"its clock is "} + seconds.data() + "; the times of its calls are corrected by that";
}

} // namespace

protocol::protocol(switches::session_actions& out, std::shared_ptr<memory> of, const request_numbers& from)
    : out_(out), of_(std::move(of)), numbers_(from), splitter_(frame_bytes) {}

// --- before it is attached

void protocol::opened(instant now) { opened_at_ = now.steady; }

std::span<char> protocol::space() { return splitter_.space(of_->bounds.read_bytes); }

void protocol::received(std::size_t bytes, instant now) {
  splitter_.added(bytes);
  switch (phase_) {
  case phase::hello:
    return read_hello(now);
  case phase::attaching:
    early_bytes_ += bytes; // looked at when the link is there
    return;
  case phase::up:
    conversation_->received(bytes);
    read_frames(now);
    return look_around(now);
  case phase::over:
    return;
  }
}

void protocol::read_hello(instant now) {
  std::string_view payload;
  while (phase_ == phase::hello) {
    switch (splitter_.next(payload)) {
    case netstring_splitter::found::payload:
      on_hello(payload, now);
      break;
    case netstring_splitter::found::broken:
      return end(close_reason::bad_message, "invalid netstring");
    case netstring_splitter::found::none:
      return;
    }
  }
}

void protocol::on_hello(std::string_view payload, instant now) {
  auto said = reader_.read(payload, now.wall);
  if (std::holds_alternative<foreign_frame>(said)) {
    ++of_->counters->frames_foreign; // Kamailio sends them to all who are connected
    return;
  }
  auto* first = std::get_if<hello>(&said);
  if (!first) {
    const auto* bad = std::get_if<bad_frame>(&said);
    return end(close_reason::bad_message, bad ? "no hello: " + bad->reason : "no hello");
  }
  hello_ = std::move(*first);
  if (hello_.time)
    measure_clock(*hello_.time, opened_at_, now);
  phase_ = phase::attaching;
  switches::claim who;
  who.run = hello_.run;
  out_.identify(std::move(who));
}

void protocol::attached(instant now) {
  phase_ = phase::up;
  ticked_ = now.steady;
  conversation_.emplace(of_->bounds, of_->book, *of_->counters, now.steady, numbers_.hang_ups);
  conversation_->received(early_bytes_);
  conversation_->begin(hello_, now.steady);
  snapshots_ = std::make_unique<snapshots>(out_, of_, *conversation_, hello_.run, numbers_.snapshots);
  tick(now);
  read_frames(now); // what came with the hello
  look_around(now);
}

// --- frames

void protocol::read_frames(instant now) {
  switch_news news;
  std::string_view payload;
  auto found = netstring_splitter::found::payload;
  while (phase_ == phase::up && (found = splitter_.next(payload)) == netstring_splitter::found::payload)
    on_frame(payload, now, news);
  out_.tell(std::move(news)); // what came before the break was said all the same
  if (const auto bad = conversation_->bad_frame_reason();
      bad && now.steady - bad_frame_told_ >= bad_frame_pause) {
    bad_frame_told_ = now.steady;
    out_.warn("bad frame: " + *bad);
  }
  if (found == netstring_splitter::found::broken)
    end(close_reason::bad_message, "invalid netstring");
}

void protocol::on_frame(std::string_view payload, instant now, switch_news& news) {
  auto said = reader_.read(payload, now.wall);
  if (auto* report = std::get_if<call_report>(&said))
    of_->clock.correct(report->event);
  if (const auto* lives = std::get_if<pong>(&said)) {
    of_->faults->heard(lives->faults);
    if (lives->time && conversation_->ping_sent())
      measure_clock(*lives->time, *conversation_->ping_sent(), now);
  }
  if (const auto* answer = std::get_if<rpc_answer>(&said); answer && snapshots_->awaits(*answer)) {
    out_.tell(std::exchange(news, {}));
    return snapshots_->take(*answer, now);
  }
  conversation_->on_frame(std::move(said), now.steady, news);
}

void protocol::measure_clock(timestamp told, moment since, instant now) {
  auto& clock = of_->clock;
  const auto before = clock.correction();
  clock.measured(told, now.wall, now.steady - since, now.steady);
  const std::chrono::duration<double> ahead = *clock.ahead();
  of_->notes->set_clock(ahead.count());
  const auto corrected = clock.correction() != switches::switch_clock::difference{0};
  if (!corrected && before == switches::switch_clock::difference{0})
    return;
  of_->notes->clear("clock");
  if (corrected)
    of_->notes->set("clock", clock_note(ahead.count()));
  if (clock.correction() != before)
    out_.warn(corrected ? clock_note(ahead.count()) : "its clock is right again");
}

void protocol::end(close_reason why, const std::string& text) {
  phase_ = phase::over;
  out_.close(why, text);
}

// --- what time and the link want

/// Whatever has happened, something may be said, read or begun now.
void protocol::look_around(instant now) {
  if (phase_ != phase::up)
    return;
  speak(now);
  snapshots_->look(now);
  if (const auto then = snapshots_->wakes_at())
    wake_by(*then, now.steady);
  wake_by(tick_at_, now.steady);
}

/// Says what is to be said by now: hang-ups at their pace, a ping.
void protocol::speak(instant now) {
  switch_news news;
  std::string bytes;
  conversation_->write_pending(now.steady, bytes, news);
  out_.send(bytes);
  out_.tell(std::move(news));
  if (const auto wait = conversation_->wait(now.steady))
    wake_by(now.steady + std::max(*wait, std::chrono::milliseconds{1}), now.steady);
}

void protocol::wake_by(moment then, moment now) {
  if (wakes_at_ && *wakes_at_ <= then)
    return;
  wakes_at_ = then;
  out_.wake(std::chrono::ceil<std::chrono::milliseconds>(std::max(then - now, moment::duration{0})));
}

void protocol::woken(instant now) {
  wakes_at_.reset();
  if (now.steady >= tick_at_)
    tick(now);
  look_around(now);
}

void protocol::tick(instant now) {
  if (phase_ != phase::up)
    return;
  // After a pause of this process the answers wait in the socket.
  if (const auto before = std::exchange(ticked_, now.steady); ticked_ - before > 2 * of_->bounds.tick)
    conversation_->resumed(ticked_);
  conversation_->tick(now.steady);
  tick_at_ = now.steady + of_->bounds.tick;
  if (conversation_->silent(now.steady))
    end(close_reason::too_slow, "no sign of life");
}

void protocol::hang_up(const std::string& id, instant now) {
  conversation_->hang_up(id);
  if (phase_ == phase::up)
    speak(now);
}

void protocol::request_snapshot(instant now) {
  conversation_->resync();
  look_around(now);
}

std::size_t protocol::hang_ups_waiting() const { return conversation_ ? conversation_->waiting() : 0; }

void protocol::closing(close_reason, const std::string&) { phase_ = phase::over; }

void protocol::fetched(const std::string& error, std::string_view piece, instant now) {
  if (phase_ != phase::up)
    return;
  snapshots_->fetched(error, piece, now);
  look_around(now);
}

void protocol::overrun(instant now) {
  if (phase_ == phase::up)
    snapshots_->give_up(now);
}

/// The link hears of the gap, and a snapshot follows.
void protocol::caught_up(instant now) {
  conversation_->dropped();
  look_around(now);
}

} // namespace rollcall::kamailio
