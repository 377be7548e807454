#include "actors/workers/watcher.hpp"

#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/workers/workers.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace rollcall {

namespace {

/// The states that a mirror can hold.
call_states living(const call_states& asked) {
  call_states result;
  for (std::size_t i = 0; i < call_state_count; ++i)
    if (const auto state = static_cast<call_state>(i);
        state != call_state::dead && (asked.none() || asked.has(state)))
      result.add(state);
  return result;
}

} // namespace

void watcher_state::begin(const watch_request& request, const std::optional<log_place>& since) {
  query_ = request.query;
  directory_ = request.directory;
  query_.filter.states = living(query_.filter.states);
  queue_.emplace(query_, request.directory, context->watch_buffer.load());
  share_.emplace(context->watching);
  place_ = context->changes.subscribe(query_.scope, self->clock().now());
  if (since && since->log == context->changes.id() && context->changes.reaches_back_to(since->position))
    since_ = since->position;
  begins_ = !since_;
  begun_at_ = self->clock().now();
  gather(std::nullopt);
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
}

watcher_state::~watcher_state() {
  if (place_.in_log.reads())
    context->changes.leave(place_, self->clock().now());
}

caf::result<watch_batch_ptr> watcher_state::more() {
  if (!std::exchange(asked_, true))
    if (const auto reader = caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()))
      self->monitor(reader);
  promise_ = self->make_response_promise<watch_batch_ptr>();
  share_->asked(self->clock().now());
  advance(false);
  return promise_;
}

void watcher_state::again(const switch_name& of) {
  again_.push_back(of);
  advance(false);
}

void watcher_state::proceed() {
  proceed_due_ = false;
  advance(false);
}

/// A place that is told is at most a pulse old. The log of a client that does not ask is read on, so that it
/// is not kept.
void watcher_state::pulse() {
  const auto now = self->clock().now();
  if (!asked_ && now - begun_at_ > defaults::watch_patience)
    return self->quit(); // who wanted it was gone before it began
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
  if (place_.in_log.reads())
    share_->set_behind(context->changes.behind(place_));
  if (std::exchange(retry_, false))
    return gather(std::move(only_));
  if (!gathering_ && !lost_ && now - listed_at_ > defaults::move_memory) {
    queue_->settle();
    share_->set_snapshot(queue_->snapshot_bytes());
  }
  if (!gathering_ && share_->gives_way())
    lose();
  if (promise_.pending())
    return advance(true);
  if (!gathering_ && !lost_ && context->changes.behind(place_) > defaults::watch_behind && !read())
    lose();
}

void watcher_state::gather(std::optional<switch_name> only) {
  gathering_ = true;
  caught_up_ = false;
  only_ = std::move(only);
  // One who has a snapshot does not wait for another's.
  if (!only_ && !share_->begin_snapshot(self->clock().now())) {
    context->changes.leave(place_, self->clock().now()); // what it does not read would be kept for it
    retry_ = true;
    return wait_for_room();
  }
  if (!place_.in_log.reads())
    place_ = context->changes.subscribe(query_.scope, self->clock().now());
  auto query = query_;
  if (only_)
    query.filter.source = *only_;
  if (auto newest = context->changes.dir())
    directory_ = std::move(newest);
  queue_->set_directory(directory_);
  list_request request{std::move(query), directory_, {}, since_, true};
  self->request(spawn_list_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline}, std::move(request))
      .then([this](call_list_ptr& calls) { listed(*calls); },
            [this](const caf::error& why) {
              log::warn("watch", "the calls could not be gathered, and are once more: {}",
                        self->system().render(why));
              retry_ = true;
            });
}

/// Who asks is answered meanwhile, so that he sees that it is alive. One who wants to go on is told nothing
/// yet: whether that is possible is not known.
void watcher_state::wait_for_room() {
  if (!promise_.pending() || since_)
    return;
  auto batch = std::make_shared<watch_batch>();
  batch->begins = std::exchange(begins_, false);
  std::exchange(promise_, {}).deliver(std::move(batch));
}

void watcher_state::listed(call_list& calls) {
  // By the directory that was, calls that have come since may be another customer's.
  if (auto newest = context->changes.dir(); newest && newest != directory_)
    return gather(std::move(only_));
  gathering_ = false;
  listed_at_ = self->clock().now();
  syncing_ = !since_;
  const auto known_up_to = context->changes.position();
  if (since_) {
    auto kept = context->changes.kept_after(*since_);
    if (!kept) // forgotten just now
      return anew();
    const auto changed = calls.changed();
    queue_->resume(calls.take_records(), changed, kept->changes, known_up_to, calls.hidden());
    for (const auto* const source : kept->let_go)
      distrusted_.push_back(source->name.value());
    since_.reset();
  } else if (only_) {
    queue_->list(*only_, calls.take_records(), known_up_to, calls.hidden());
    ++listings_;
  } else {
    queue_->list(calls.take_records(), known_up_to, calls.hidden());
  }
  share_->set_snapshot(queue_->snapshot_bytes());
  advance(false);
}

/// Too much waits for one who does not ask.
void watcher_state::lose() {
  ++context->metrics.watch_overflows;
  context->changes.leave(place_, self->clock().now());
  queue_->list({}, 0);
  share_->release();
  lost_ = true;
}

/// What was told is void.
void watcher_state::anew() {
  if (!std::exchange(lost_, false))
    lose();
  lost_ = false;
  place_ = context->changes.subscribe(query_.scope, self->clock().now());
  listings_ += std::exchange(again_, {}).size();
  since_.reset();
  begins_ = true;
  gather(std::nullopt);
}

bool watcher_state::must_read() const {
  return !caught_up_ || !queue_->is_listed() || queue_->empty()
         || context->changes.behind(place_) > defaults::watch_behind;
}

/// Reads some of the log; false when everything has to begin anew.
bool watcher_state::read() {
  changes_.clear();
  const auto read = context->changes.read(place_, changes_);
  if (read.lost)
    return false;
  if (read.dir)
    queue_->set_directory(read.dir);
  for (const auto& change : changes_)
    queue_->take(change);
  changes_.clear();
  told_up_to_ = read.more ? log_place{} : log_place{read.log, read.position};
  caught_up_ = caught_up_ || !read.more;
  if (read.more)
    proceed_soon();
  return share_->set(queue_->bytes()) && !queue_->is_full();
}

/// `at_once`: an answer is due, though there be nothing to tell.
void watcher_state::advance(bool at_once) {
  if (!promise_.pending() || gathering_)
    return;
  if (lost_ || (must_read() && !read()))
    return anew();
  if (!caught_up_)
    return; // to be continued
  if (!again_.empty()) {
    const auto next = again_.front();
    again_.pop_front();
    return gather(next);
  }
  auto batch = fill();
  if (!at_once && batch->items.empty() && batch->distrusted.empty() && !batch->begins && !batch->synced) {
    if (!context->changes.await(place_, news_reader_actor{watcher_actor{self}}))
      proceed_soon();
    return;
  }
  std::exchange(promise_, {}).deliver(std::move(batch));
}

void watcher_state::proceed_soon() {
  if (!std::exchange(proceed_due_, true))
    tell(self, self, atom::proceed_v);
}

watch_batch_ptr watcher_state::fill() {
  auto batch = std::make_shared<watch_batch>();
  batch->begins = std::exchange(begins_, false);
  batch->listings = listings_;
  change_queue::told one;
  while (batch->items.size() < defaults::watch_batch && queue_->next(one))
    batch->items.push_back(std::move(one));
  share_->set(queue_->bytes());
  batch->distrusted = std::exchange(distrusted_, {});
  for (const auto* const source : queue_->take_distrusted())
    batch->distrusted.push_back(source->name.value());
  batch->synced = syncing_ && again_.empty() && queue_->empty();
  syncing_ = syncing_ && !batch->synced;
  if (queue_->empty() && told_up_to_.log != 0) {
    batch->place = told_up_to_;
    batch->held = queue_->held();
  }
  return batch;
}

namespace {

watcher_actor::behavior_type watcher(watcher_actor::stateful_pointer<watcher_state> self,
                                     const context_ptr& context, const node_actor& node,
                                     const watch_request& request, const std::optional<log_place>& since) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); }); // nobody reads it any more
  self->state.begin(request, since);
  return {
      one_way{[self](atom::news) { self->state.advance(false); }},
      [self](atom::more) { return self->state.more(); },
      one_way{[self](atom::again, const switch_name& of) { self->state.again(of); }},
      one_way{[self](atom::left) { self->quit(); }},
      one_way{[self](atom::proceed) { self->state.proceed(); }},
      one_way{[self](caf::tick_atom) { self->state.pulse(); }},
  };
}

} // namespace

watcher_actor spawn_watcher(caf::actor_system& system, context_ptr context, node_actor node,
                            watch_request request, std::optional<log_place> since) {
  return system.spawn(watcher, std::move(context), std::move(node), std::move(request), since);
}

} // namespace rollcall
