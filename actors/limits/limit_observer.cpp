#include "actors/limits/limit_observer.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/log.hpp"
#include "domain/control/limit_watch.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

/// Lines of the log about one look; the others are counted.
constexpr std::size_t lines_of_a_look = 10;

/// In all but the numbers of calls.
bool same_limits(const limit_states& a, const limit_states& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.reached == y.second.reached && x.second.since == y.second.since
           && x.second.of == y.second.of && x.second.max_sessions == y.second.max_sessions;
  });
}

struct limit_observer_state {
  static inline const char* name = "limit_observer";

  explicit limit_observer_state(limit_observer_actor::pointer ptr) : self(ptr) {}

  void take(directory_ptr dir);
  void tick();

  limit_observer_actor::pointer self;
  context_ptr context;
  cluster_frontend_actor front;

private:
  void ask(const limit_scope& where);
  void answered(const limit_scope& where, const directory_ptr& by, const cluster_stats_answer& told);
  void failed(const caf::error& why);
  void tell(const std::vector<limit_event>& events);
  void publish();

  directory_ptr directory_;
  std::vector<limit_scope> scopes_; ///< where anybody has a limit
  limit_watch watch_;
  std::size_t open_ = 0; ///< of these, that have not answered
};

/// True when the sum has all calls that there are. What a switch may have changed unseen is still its last
/// word; another clock counts alike.
bool has_all_calls(const coverage& covers) {
  return covers.missing.empty() && covers.unknown.empty() && covers.other_directory.empty();
}

void limit_observer_state::take(directory_ptr dir) {
  directory_ = std::move(dir);
  scopes_ = limit_scopes(*directory_);
  auto& metrics = context->metrics;
  metrics.limits[limit_kind::customer] = directory_->limited().customers.size();
  metrics.limits[limit_kind::account] = directory_->limited().accounts.size();
}

/// Without a limit anywhere this asks nobody.
void limit_observer_state::tick() {
  self->delayed_send(self, defaults::limit_interval, caf::tick_atom_v);
  if (!directory_)
    return;
  const auto now = context->now();
  tell(watch_.keep_to(*directory_, now));
  watch_.forget(now - defaults::limit_memory);
  publish();
  if (open_ > 0) { // the last look awaits a node that is slow
    ++context->metrics.limit_looks_missed;
    return;
  }
  for (const auto& where : scopes_)
    ask(where);
}

void limit_observer_state::ask(const limit_scope& where) {
  ++open_;
  stats_request request{where.scope, where.recursive, directory_};
  request.partial = true;
  request.for_limits = true;
  self->request(front, caf::duration{2 * defaults::gather_deadline}, std::move(request))
      .then([this, where, by = directory_](const cluster_stats_answer& told) { answered(where, by, told); },
            [this](const caf::error& why) { failed(why); });
}

void limit_observer_state::answered(const limit_scope& where, const directory_ptr& by,
                                    const cluster_stats_answer& told) {
  --open_;
  if (by != directory_)
    return; // limits that it knows may have gone
  limit_counter counter{by};
  for (const auto& each : told.accounts)
    counter.add(each.account, each.counts.active());
  const auto complete = has_all_calls(told.covers);
  ++(complete ? context->metrics.limit_looks : context->metrics.limit_looks_incomplete);
  tell(watch_.look(counter.uses(where.scope), complete, context->now()));
  publish();
}

/// What was reached stays so: nothing is known.
void limit_observer_state::failed(const caf::error& why) {
  --open_;
  ++context->metrics.limit_looks_failed;
  log::warn("limits", "it is not known now how much of the limits is used: {}", self->system().render(why));
}

void limit_observer_state::tell(const std::vector<limit_event>& events) {
  std::size_t lines = 0;
  for (const auto& one : events) {
    ++(one.reached ? context->metrics.limits_reached_total
                   : context->metrics.limits_cleared_total)[one.whose.kind];
    if (++lines <= lines_of_a_look)
      log::debug("limits", "limit of {} {} {}: {} calls, max_sessions {}", name_of(one.whose.kind),
                 one.whose.id, one.state(), one.total, one.max_sessions);
  }
  if (lines > lines_of_a_look)
    log::debug("limits", "and {} more limits were reached or cleared", lines - lines_of_a_look);
}

void limit_observer_state::publish() {
  auto& published = context->limits;
  const auto last = published.board();
  if (watch_.states().empty() && last->states.empty())
    return;
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  for (const auto& [whose, known] : watch_.states())
    if (known.reached)
      ++(whose.kind == limit_kind::customer ? customers : accounts);
  context->metrics.limits_reached[limit_kind::customer] = customers;
  context->metrics.limits_reached[limit_kind::account] = accounts;
  const auto same = last->directory == directory_ && same_limits(last->states, watch_.states());
  published.publish(std::make_shared<const limit_board>(
      limit_board{directory_, watch_.states(), same ? last->version : last->version + 1}));
}

limit_observer_actor::behavior_type
limit_observer(limit_observer_actor::stateful_pointer<limit_observer_state> self, const context_ptr& context,
               const cluster_frontend_actor& front) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.front = front;
  self->delayed_send(self, defaults::limit_interval, caf::tick_atom_v);
  return {
      [self](directory_ptr& dir) { self->state.take(std::move(dir)); },
      [self](caf::tick_atom) { self->state.tick(); },
  };
}

} // namespace

limit_observer_actor spawn_limit_observer(caf::actor_system& system, context_ptr context,
                                          cluster_frontend_actor front, bool own_thread) {
  return own_thread ? system.spawn<caf::detached>(limit_observer, std::move(context), std::move(front))
                    : system.spawn(limit_observer, std::move(context), std::move(front));
}

} // namespace rollcall
