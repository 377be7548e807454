#include "transport/switches/kamailio/conversation.hpp"

#include "transport/switches/kamailio/command.hpp"
#include "transport/switches/kamailio/netstring.hpp"

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

conversation::conversation(const limits& bounds, call_book& book, metrics& counters, moment now,
                           std::uint64_t first_request)
    : bounds_(bounds),
      book_(book),
      counters_(counters),
      sequence_(bounds.hole),
      hang_ups_(bounds, now, first_request),
      pinged_(now),
      proof_(bounds.blur),
      snapshot_began_(now),
      snapshot_regular_(now),
      snapshot_earliest_(now) {}

void conversation::begin(const hello& said, moment now) {
  book_.begin_run(said.run);
  sequence_.start(said.seq);
  pinged_ = now;
  ping_due_ = true; // the answer says what its clock says
  snapshot_wanted_ = true;
}

void conversation::on_frame(frame&& said, moment now, switch_news& news) {
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
  const auto known = book_.size();
  if (!book_.take(report, now)) {
    ++counters_.events_late;
    return;
  }
  // The first event of a call is WaitAuth or WaitRoute; a later one may be of a call from before.
  if (report.event.state == call_state::dead)
    proof_.ended(report.event.id, now);
  else if (book_.size() > known && report.event.state <= call_state::wait_route)
    proof_.started(report.event.id, now);
  pass_on(report, news);
}

/// The link logs and counts what was of no use, as it does for the feed.
void conversation::pass_on(call_report& report, switch_news& news) {
  news.emplace_back(std::move(report.event));
  for (auto& each : report.bad_fields)
    news.emplace_back(std::move(each));
}

void conversation::on(pong& said, moment now, switch_news&) {
  ping_sent_.reset();
  sequence_.announced(said.seq, now);
}

void conversation::on(rpc_answer& answer, moment, switch_news& news) {
  tell(hang_ups_.answered(answer, book_), news);
}

// It ends nothing: the number of its event is missing now, and a snapshot tells what it would have said. Nor
// does it count against the switch, as a bad line of the feed would: many others speak well beside it.
void conversation::on(bad_frame& bad, moment, switch_news&) {
  ++counters_.frames_bad;
  bad_frame_ = std::move(bad.reason);
}

void conversation::on(foreign_frame&, moment, switch_news&) { ++counters_.frames_foreign; }

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

void conversation::hang_up(const std::string& id) { hang_ups_.enqueue(id); }

void conversation::tick(moment now) {
  book_.forget(now);
  hang_ups_.forget_overdue(now);
  snapshot_wanted_ = book_.routing_overdue(now) || snapshot_wanted_;
  if (sequence_.lost(now)) {
    ++counters_.gaps;
    sequence_.reset_gaps();
    snapshot_wanted_ = true;
    gap_due_ = true;
    proof_.spoil("events were lost meanwhile");
  }
  if (!ping_sent_ && now - pinged_ >= bounds_.ping) {
    pinged_ = now;
    ping_due_ = true;
  }
}

void conversation::write_pending(moment now, std::string& out, switch_news& news) {
  if (std::exchange(gap_due_, false))
    lose_sight(news);
  if (std::exchange(ping_due_, false) || (!ping_sent_ && unread_ >= bounds_.unread)) {
    unread_ = 0;
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

/// The link takes a snapshot that begins anew for what it is: until one ends, calls may have changed unseen.
void conversation::lose_sight(switch_news& news) {
  if (!std::exchange(snapshot_told_, true))
    news.emplace_back(snapshot_begin{});
  news.emplace_back(snapshot_begin{});
}

void conversation::snapshot_begins(moment now, switch_news& news) {
  snapshot_running_ = true;
  snapshot_wanted_ = false;
  snapshot_began_ = now;
  snapshot_regular_ = now + bounds_.snapshot_interval;
  snapshot_earliest_ = now + bounds_.snapshot_pause;
  sequence_.reset_gaps();
  snapshot_told_ = true;
  snapshot_named_ = false;
  news.emplace_back(snapshot_begin{});
}

void conversation::snapshot_source_begins(moment now, switch_news& news) {
  // What a source has named that failed counts no more.
  if (std::exchange(snapshot_named_, false))
    news.emplace_back(snapshot_begin{});
  dialogs_bad_ = 0;
  proof_.begin(now);
  book_.begin_snapshot();
}

void conversation::snapshot_says(dialog&& said, moment now, switch_news& news) {
  if (const auto* none = std::get_if<no_call>(&said)) {
    if (!none->over)
      proof_.listed(none->id, false);
    return;
  }
  call_report named;
  auto* report = std::get_if<call_report>(&said);
  if (auto* bad = std::get_if<bad_dialog>(&said)) {
    ++counters_.dialogs_bad;
    ++dialogs_bad_;
    proof_.spoil("a dialog that makes no sense: " + bad->reason);
    // The call is there, whatever else is wrong: the earliest state changes nothing, but names it.
    if (!book_.find(bad->id))
      return;
    named.event.id = std::move(bad->id);
    report = &named;
  }
  proof_.listed(report->event.id, true);
  if (!book_.take(*report, now))
    return;
  snapshot_named_ = true;
  pass_on(*report, news);
}

bool conversation::is_answered(const std::string& id) const {
  const auto* known = book_.find(id);
  return known && known->answered;
}

std::optional<snapshot_error> conversation::snapshot_doubt(dialog_source of) const {
  auto reason = proof_.doubt(!is_dump(of));
  if (reason.empty())
    return std::nullopt;
  return snapshot_error{dialogs_bad_ > 0 ? snapshot_failure::malformed : snapshot_failure::unproved,
                        std::move(reason)};
}

void conversation::snapshot_source_failed(dialog_source of, snapshot_failure why) {
  ++counters_.source_failures[static_cast<std::size_t>(of)][static_cast<std::size_t>(why)];
}

void conversation::snapshot_ends(moment now, switch_news& news) {
  ++counters_.snapshots;
  proof_.end();
  snapshot_running_ = false;
  snapshot_failures_ = 0;
  snapshot_earliest_ = std::max(snapshot_earliest_, now + snapshot_rest * (now - snapshot_began_));
  book_.end_snapshot();
  snapshot_told_ = false;
  news.emplace_back(snapshot_end{});
}

void conversation::snapshot_failed(moment now) {
  ++counters_.snapshots_failed;
  proof_.end();
  snapshot_running_ = false;
  snapshot_wanted_ = true;
  const auto wait = bounds_.snapshot_pause * (1 << std::min(snapshot_failures_++, most_doublings));
  snapshot_earliest_ = now + std::min(wait, bounds_.snapshot_retry);
}

} // namespace rollcall::kamailio
