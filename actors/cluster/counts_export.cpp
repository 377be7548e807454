#include "actors/cluster/counts_export.hpp"

#include "actors/runtime/failure.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rollcall {

namespace {

using exporting_actor = wire::counts_export_actor::extend<
    // From itself: end, if nobody has asked since the last time.
    caf::reacts_to<caf::tick_atom>>;

struct counts_export_state {
  static inline const char* name = "counts_export";

  explicit counts_export_state(exporting_actor::pointer ptr) : self(ptr) {}

  wire::counts_batch more() {
    if (!std::exchange(read_, true))
      if (const auto reader = caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()))
        self->monitor(reader);
    asked_ = true;
    auto batch = next_batch(counts);
    if (batch.last)
      self->quit();
    return batch;
  }

  void end_if_idle() {
    if (std::exchange(asked_, false))
      self->delayed_send(self, defaults::batch_deadline, caf::tick_atom_v);
    else
      self->quit();
  }

  exporting_actor::pointer self;
  std::vector<wire::account_counts> counts;

private:
  bool read_ = false;  ///< somebody has asked for more
  bool asked_ = false; ///< since the last look
};

exporting_actor::behavior_type counts_export(exporting_actor::stateful_pointer<counts_export_state> self,
                                             const context_ptr& context,
                                             const std::vector<wire::account_counts>& counts) {
  fails_alone(self, context);
  self->state.counts = counts;
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); }); // nobody reads it any more
  self->delayed_send(self, defaults::batch_deadline, caf::tick_atom_v);
  return {
      [self](atom::more) { return self->state.more(); },
      [self](atom::left) { self->quit(); },
      [self](caf::tick_atom) { self->state.end_if_idle(); },
  };
}

} // namespace

wire::counts_batch next_batch(std::vector<wire::account_counts>& counts) {
  wire::counts_batch batch;
  const auto size = std::min(defaults::counts_at_once, counts.size());
  batch.accounts.assign(counts.end() - static_cast<std::ptrdiff_t>(size), counts.end());
  counts.resize(counts.size() - size);
  batch.last = counts.empty();
  return batch;
}

wire::counts_export_actor spawn_counts_export(caf::actor_system& system, context_ptr context,
                                              std::vector<wire::account_counts> counts) {
  return wire::counts_export_actor{system.spawn(counts_export, std::move(context), std::move(counts))};
}

} // namespace rollcall
