#include "transport/kamailio/conversation.hpp"

#include "transport/kamailio/command.hpp"
#include "transport/kamailio/netstring.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace rollcall::kamailio {

namespace {

/// After a snapshot Kamailio has so many times its length without one.
constexpr int snapshot_rest = 4;

/// More failures do not make the wait longer.
constexpr std::uint32_t most_doublings = 10;

} // namespace

conversation::conversation(const limits& bounds, call_book& book, metrics& counters, moment now)
    : bounds_(bounds),
      book_(book),
      counters_(counters),
      sequence_(bounds.hole),
      hang_ups_(bounds, now),
      pinged_(now),
      snapshot_began_(now),
      snapshot_regular_(now),
      snapshot_earliest_(now) {}

void conversation::begin(const hello& said, moment now) {
  book_.begin_run(said.run);
  sequence_.start(said.seq);
  pinged_ = now;
  snapshot_wanted_ = true;
}

void conversation::hear(frame&& said, moment now, switch_news& news) {
  std::visit([&](auto& each) { on(each, now, news); }, said);
}

void conversation::on(hello&, moment now, switch_news& news) {
  bad_frame bad{"hello: only the first frame may be one"};
  on(bad, now, news);
}

void conversation::on(call_report& report, moment now, switch_news& news) {
  ++counters_.events;
  if (report.seq == 0) {
    bad_frame bad{"call " + report.event.id + ": seq is required"};
    return on(bad, now, news);
  }
  sequence_.seen(report.seq, now);
  if (book_.take(report, now))
    news.emplace_back(std::move(report.event));
  else
    ++counters_.events_late;
}

void conversation::on(pong& said, moment now, switch_news&) {
  ping_sent_.reset();
  sequence_.announced(said.seq, now);
}

void conversation::on(rpc_answer& answer, moment, switch_news& news) {
  tell(hang_ups_.answered(answer, book_), news);
}

void conversation::on(snapshot_answer&, moment, switch_news&) {} // of a request that was given up

void conversation::on(bad_frame& bad, moment, switch_news& news) {
  ++counters_.frames_bad;
  news.emplace_back(bad_line{std::move(bad.reason)});
}

void conversation::tell(hang_ups::outcome&& outcome, switch_news& news) {
  using kind = hang_ups::outcome::kind;
  if (outcome.what == kind::done)
    return;
  if (outcome.what == kind::missing) {
    // The snapshot tells what is true. The link is not told of a refusal: nothing was there to be refused.
    ++counters_.hang_ups_missing;
    snapshot_wanted_ = true;
    return;
  }
  ++counters_.hang_ups_refused;
  news.emplace_back(refusal{std::move(outcome.id), std::move(outcome.message)});
}

void conversation::hang_up(const std::string& id) { hang_ups_.wish(id); }

void conversation::tick(moment now) {
  book_.forget(now);
  hang_ups_.forget_overdue(now);
  if (sequence_.lost(now)) {
    ++counters_.gaps;
    sequence_.forgive();
    snapshot_wanted_ = true;
  }
  if (!ping_sent_ && now - pinged_ >= bounds_.ping) {
    pinged_ = now;
    ping_due_ = true;
  }
}

void conversation::speak(moment now, std::string& out, switch_news& news) {
  if (std::exchange(ping_due_, false)) {
    append_netstring(out, ping_command);
    ping_sent_ = now;
  }
  while (true) {
    std::optional<hang_ups::outcome> refused;
    const auto command = hang_ups_.next(book_, now, refused);
    if (refused)
      tell(std::move(*refused), news);
    else if (command) {
      ++counters_.hang_ups_sent;
      append_netstring(out, *command);
    } else
      return;
  }
}

void conversation::resumed(moment now) {
  if (ping_sent_)
    ping_sent_ = now;
}

bool conversation::snapshot_due(moment now) const {
  return !snapshot_running_ && now >= snapshot_earliest_ && (snapshot_wanted_ || now >= snapshot_regular_);
}

void conversation::snapshot_begins(moment now, switch_news& news) {
  snapshot_running_ = true;
  snapshot_wanted_ = false;
  snapshot_began_ = now;
  snapshot_regular_ = now + bounds_.snapshot_interval;
  snapshot_earliest_ = now + bounds_.snapshot_pause;
  sequence_.forgive();
  book_.begin_snapshot();
  news.emplace_back(snapshot_begin{});
}

void conversation::snapshot_says(dialog&& said, moment now, switch_news& news) {
  auto* report = std::get_if<call_report>(&said);
  call_report named;
  if (auto* bad = std::get_if<bad_dialog>(&said)) {
    ++counters_.dialogs_bad;
    // The call is there, whatever else is wrong: the earliest state changes nothing, but names it.
    if (!book_.find(bad->id))
      return;
    named.event.id = std::move(bad->id);
    report = &named;
  }
  if (report && book_.take(*report, now))
    news.emplace_back(std::move(report->event));
}

void conversation::snapshot_ends(moment now, switch_news& news) {
  ++counters_.snapshots;
  snapshot_running_ = false;
  snapshot_failures_ = 0;
  snapshot_earliest_ = std::max(snapshot_earliest_, now + snapshot_rest * (now - snapshot_began_));
  book_.end_snapshot();
  news.emplace_back(snapshot_end{});
}

void conversation::snapshot_failed(moment now) {
  ++counters_.snapshots_failed;
  snapshot_running_ = false;
  snapshot_wanted_ = true;
  const auto wait = bounds_.snapshot_pause * (1 << std::min(snapshot_failures_++, most_doublings));
  snapshot_earliest_ = now + std::min(wait, bounds_.snapshot_retry);
}

} // namespace rollcall::kamailio
