#include "actors/links/link.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/prefetch.hpp"

#include <limits>
#include <utility>
#include <variant>

namespace rollcall {

// The connection of a switch: it comes, tells its news, and goes.

caf::result<attached> link_state::attach(const attach_request& request) {
  if (removed_)
    return caf::make_error(ec::unknown_switch);
  forget_left(std::numeric_limits<std::size_t>::max()); // else they would be shown beside those that come now
  if (!request.connection)
    return inherit(request);
  if (connection_ && request.epoch <= epoch_)
    return caf::make_error(ec::stale_epoch);
  const auto now = self->clock().now();
  holders_.take_over(request.holders, now);
  if (!holders_.admit(request.connection->host(), now)) {
    warn("{}: {}", trouble(), holders_.sides());
    return caf::make_error(ec::two_hosts);
  }
  if (holders_.is_disputed(now))
    warn("{}: {}", trouble(), holders_.sides());
  if (connection_)
    connection_->close(close_reason::stale_epoch, "a newer connection of this switch took over");
  connection_ = request.connection;
  context->symptoms.back(identity);
  begin_run(request.run);
  epoch_ = request.epoch;
  term_ = next_term(request.epoch, request.above, term_);
  ++session_;
  bad_in_a_row_ = 0;
  heard_ = now;
  given_up_ = false;
  // What came by a former connection counts no more.
  whole_ = false;
  told_ = request.whole && (told_ || request.told);
  verified_ = false;
  shared_context()->awaited.cancel_wait();
  if (request.whole && !overfull_)
    await_settlement();
  lose_sight();
  wake_up();
  info("connected, epoch {}; {} calls from before", epoch_, calls_.size());
  return attached{session_, news_actor{link_actor{self}}};
}

/// `former` is the run that told another node what that one has handed over. It may be empty: unknown.
void link_state::begin_run(const std::string& former) {
  const auto run = connection_->host().run;
  if (run.empty())
    return;
  const auto is_new = (!run_.empty() && run_ != run) || (!former.empty() && former != run);
  run_ = run;
  if (!is_new)
    return;
  run_began_ = sweep_ ? snapshot_ + 1 : ++snapshot_; // a sweep goes by the number that it began with
  over_ = ended_calls{defaults::ended_calls_kept};   // an id that was over may be another call's now
}

void link_state::news(std::uint64_t session, switch_news& items) {
  if (session != session_ || !connection_)
    return;
  delivery fresh{session, std::move(items), 0, std::nullopt};
  if (sweep_ || !waiting_.empty())
    waiting_.push_back(std::move(fresh));
  else
    work_off(fresh);
}

void link_state::work_off(delivery& from) {
  if (from.session != session_ || !connection_)
    return;
  if (from.closed)
    return lost(*from.closed);
  auto& items = from.news;
  const auto now = self->clock().now();
  if (from.done == 0)
    meter->count(now, find_ahead(items));
  while (connection_ && from.done < items.size()) { // it may be closed for what it said
    auto& item = items[from.done++];
    const auto bad_before = bad_in_a_row_;
    std::visit([this](auto& x) { on(x); }, item);
    if (bad_in_a_row_ == bad_before)
      bad_in_a_row_ = 0;
    if (!std::holds_alternative<barrier>(item))
      heard_ = now;
    if (sweep_) {
      waiting_.push_front(std::move(from)); // also when nothing of it is left: it is worked off then
      return;
    }
  }
  write_notes();
  // Bit by bit while there is news: at the tick it would be thousands at once, and all others would wait.
  forget_ended(now);
  if (!connection_)
    return;
  // Goes behind most of what the news has set in motion: actors are scheduled first come, first served.
  tell(self, echo, atom::consumed_v, link_actor{self}, from.session);
}

/// Returns how many events of calls they are.
std::size_t link_state::find_ahead(const switch_news& items) {
  std::vector<std::string_view> ids;
  ids.reserve(items.size());
  for (const auto& item : items)
    if (const auto* event = std::get_if<call_event>(&item))
      ids.emplace_back(event->id);
  calls_.find_ahead(ids, [](const call_actor& call) {
    prefetch_to_send(caf::actor_cast<caf::actor_control_block*>(call));
  });
  return ids.size();
}

void link_state::consumed(std::uint64_t session) {
  if (session != session_ || !connection_)
    return;
  connection_->consumed();
}

void link_state::closed(std::uint64_t session, const std::string& reason) {
  if (session != session_ || !connection_)
    return;
  if (sweep_ || !waiting_.empty())
    waiting_.push_back({session, {}, 0, reason});
  else
    lost(reason);
}

void link_state::lost(const std::string& reason) {
  connection_ = nullptr;
  holders_.gone(self->clock().now());
  lose_sight();
  warn("connection lost: {}; {} calls are kept as unverified", reason, calls_.size() - ended_count_);
}

/// From here to the end of the next snapshot calls may change unseen.
void link_state::lose_sight() {
  in_snapshot_ = false;
  resync_wanted_ = false; // a connection begins with a snapshot
  verified_ = false;
  settled_ = false;
  if (!connection_)
    context->symptoms.lost(identity, context->now());
  publish_claim();
}

void link_state::on(const barrier&) { connection_->passed_barrier(); }

std::string link_state::trouble() const {
  return holders_.is_disputed(self->clock().now()) ? "two hosts use the name " + log_name() : std::string{};
}

} // namespace rollcall
