#include "actors/link.hpp"
#include "actors/log.hpp"

#include <utility>

namespace rollcall {

// A switch that moves between nodes, seen from the link that it leaves and the one that it comes to.

/// Another node wants the switch, whose connection there has this epoch.
caf::result<released> link_state::release(std::uint64_t epoch) {
  if (connection_ && epoch <= epoch_)
    return caf::make_error(ec::stale_epoch);
  if (connection_) {
    std::exchange(connection_, nullptr)->close("stale_epoch", "a newer connection at another node took over");
    log::info(who(), "released to another node, epoch {}; {} calls are kept until it has them", epoch,
              calls_.size());
    lose_sight();
  }
  released answer{term_, whole_, calls_.size()};
  for (const auto& one : repeats_)
    if (const auto* found = calls_.find(one.id); found && !found->ended)
      answer.hung_up.push_back(one.id);
  return answer;
}

/// What the node before had, before the connection that is the switch's here now.
void link_state::adopt(const records& calls) {
  for (const auto& record : calls) {
    auto event = event_of(*record);
    if (calls_.find(event.id)) {
      take(event, true);
      continue;
    }
    auto& added = add(event.id, call_record::adopted(*identity, *record), true);
    if (event.state == call_state::dead)
      ended(added, event, "ended");
  }
}

/// The requests to hang these calls up were answered by the node before: that it comes to pass is up to this
/// one now.
void link_state::take_over_hang_ups(const std::vector<std::string>& ids) {
  const auto next = self->clock().now() + context->disconnect_retry.load();
  for (const auto& id : ids) {
    auto* found = calls_.find(id);
    if (found && (found->ended || std::exchange(found->hung_up, true)))
      continue;
    repeats_.push_back({next, id}); // also of one that only the snapshot will tell of
  }
  wake_up();
}

/// Claims everything as soon as accounts show all that is known. Tallies hear of it from accounts, so that
/// stats may be a message behind lists.
void link_state::await_settlement() {
  surroundings()->awaited.await();
  on_settled();
}

void link_state::on_settled() {
  if (!surroundings()->awaited.reached())
    return;
  whole_ = true;
  settled_ = verified_;
  synced_ = synced_ || verified_;
  publish_claim();
}

/// Another node's claim of this term has won.
void link_state::yield(std::uint64_t to_term) {
  if (term_ == 0 || to_term < term_)
    return; // the switch has come back meanwhile
  if (connection_) {
    std::exchange(connection_, nullptr)->close("stale_epoch", "a newer connection at another node took over");
    lose_sight();
  }
  if (!calls_.empty())
    self->delayed_send(self, defaults::move_memory, atom::let_go_v, term_);
}

/// Requests that have not heard of the other node's claim are over now.
void link_state::let_go(std::uint64_t own_term) {
  if (own_term != term_ || connection_ || calls_.empty())
    return;
  log::info(who(), "is another node's now; {} calls let go", calls_.size());
  forget_calls();
  whole_ = false;
  publish_claim();
}

void link_state::forget_calls() {
  calls_.each([&](entry& x) { self->send(x.call, link_word::forget); });
  calls_.clear();
  repeats_.clear();
  ended_.clear();
}

void link_state::publish_claim() {
  context->claims.set(identity, {identity->name, identity->environment, term_, whole_, connection_ != nullptr,
                                 connection_ && settled_});
}

} // namespace rollcall
