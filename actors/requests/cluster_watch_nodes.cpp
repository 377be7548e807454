#include "actors/cluster/watch_import.hpp"
#include "actors/requests/cluster_watch_state.hpp"
#include "actors/runtime/log.hpp"
#include "actors/workers/watcher.hpp"
#include "domain/base/prefetch.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rollcall {

namespace {

constexpr std::size_t records_ahead = 8;

} // namespace

void cluster_watch_state::look_at_nodes() {
  const auto view = context->cluster.view();
  if (auto& own = sources_[context->node.value()]; !own.watcher)
    open(context->node.value(), own, nullptr);
  for (const auto& member : view->members) {
    const auto found = sources_.find(member.name);
    const auto is_open = found != sources_.end() && found->second.watcher;
    if (member.up && !is_open) {
      open(member.name, sources_[member.name], &member.actor);
      if (missing_.erase(member.name) > 0)
        say({.what = kind::node_state, .name = member.name, .state = "back"});
    } else if (!member.up && missing_.insert(member.name).second) {
      if (is_open)
        lose(member.name, found->second);
      say({.what = kind::node_state, .name = member.name, .state = "missing"});
    }
  }
  // One that the cluster has forgotten is not missed any more; its switches go with its claims.
  const auto is_known = [&](const std::string& who) {
    return who == context->node.value()
           || std::any_of(view->members.begin(), view->members.end(),
                          [&](const member_state& member) { return member.name == who; });
  };
  std::erase_if(missing_, [&](const std::string& who) { return !is_known(who); });
  for (auto& [who, from] : sources_)
    if (from.watcher && !is_known(who))
      lose(who, from);
  std::erase_if(sources_, [&](const auto& one) { return !is_known(one.first); });
}

/// It goes on where it was left, if it can. `member`: of another node.
void cluster_watch_state::open(const std::string& who, source& from, const wire::member_actor* member) {
  auto since = from.place;
  if (!since && request_.since) {
    const auto found = request_.since->nodes.find(who);
    if (found != request_.since->nodes.end())
      since = found->second;
  }
  source next;
  next.told = from.told || from.heard || since;
  next.ever_heard = from.ever_heard;
  next.held = std::move(from.held);
  next.place = since;
  from = std::move(next);
  from.watcher = member ? spawn_watch_import(self->system(), context, who, *member, request_, since)
                        : spawn_watcher(self->system(), context, node, request_, since);
  for (auto& [of, known] : switches_) {
    if (known.holder.node != who)
      continue;
    known.listing = 0;            // they are counted anew
    if (since && known.awaited) { // it goes on, and was not to go on with this one
      known.listing = ++from.again;
      self->send(from.watcher, atom::again_v, of);
    }
  }
  ask(who, from);
}

void cluster_watch_state::lose(const std::string& who, source& from) {
  self->send(from.watcher, atom::left_v);
  from.watcher = watcher_actor{};
  from.asked = false;
  // What was to be told again is told again when the node is back: its place stands for what was whole.
  if (!from.synced || std::any_of(switches_.begin(), switches_.end(), [&](const auto& one) {
        return one.second.holder.node == who && one.second.awaited;
      }))
    from.place.reset();
}

void cluster_watch_state::ask(const std::string& who, source& from) {
  if (!from.watcher || from.asked || !promise_.pending())
    return;
  from.asked = true;
  if (!from.in_parts)
    from.asked_at = marks_;
  self->request(from.watcher, caf::duration{defaults::batch_deadline}, atom::more_v)
      .then(
          [this, who, of = from.watcher](watch_batch_ptr& batch) {
            if (const auto found = sources_.find(who); found != sources_.end() && found->second.watcher == of)
              take(who, *batch);
          },
          [this, who, of = from.watcher](const caf::error& why) {
            const auto found = sources_.find(who);
            if (found == sources_.end() || found->second.watcher != of)
              return;
            log::debug("watch", "the changes of node {} do not come: {}", who, self->system().render(why));
            lose(who, found->second); // and is opened again when one looks round
            begin_if_heard();
          });
}

void cluster_watch_state::take(const std::string& who, watch_batch& batch) {
  auto& from = sources_.at(who);
  look_at_switches(); // whose word counts, as of after it was written
  from.asked = false;
  const auto first = !std::exchange(from.heard, true);
  from.ever_heard = true;
  from.in_parts = !batch.place && !batch.items.empty();
  if (batch.begins && (!first || from.told))
    forgotten(who, from);
  else if (first && !batch.begins)
    from.synced = true; // it goes on
  if (first)
    begin_if_heard();
  for (const auto& name : batch.distrusted)
    if (const auto found = switches_.find(switch_name{name});
        found != switches_.end() && found->second.holder.node == who)
      tell_again(found->first, found->second, reset_reason::with_another);
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    if (i + records_ahead < batch.items.size()) // they lie anywhere in memory
      prefetch(batch.items[i + records_ahead].record.get(), sizeof(call_record));
    if (counts(who, batch.items[i].record, batch))
      tell_change(from, batch.items[i]);
  }
  if (batch.synced) {
    from.synced = true;
    for (auto& [of, known] : switches_)
      if (known.holder.node == who && known.awaited && batch.listings >= known.listing) {
        known.awaited = false;
        known.retold = synced_;
      }
  }
  if (batch.place) {
    from.place = batch.place;
    take_counts(who, from, std::move(batch.held));
    from.at_cut = from.asked_at == marks_; // else it may be from before the last mark
  } else if (!batch.items.empty()) {
    from.at_cut = false;
  }
  tell_synced();
  mark_if_due();
  deliver(false);
  ask(who, from);
}

void cluster_watch_state::tell_change(source& from, change_queue::told& one) {
  using told = change_queue::kind;
  auto& count = from.held.of(&one.record->source());
  if (one.what != told::call)
    --count;
  else if (one.fresh)
    ++count;
  if (!successors_.empty() && is_of_former(one))
    return;
  if (one.reuses_id
      && successors_.insert_or_assign(std::string{one.record->id()}, one.record->setup()).second) {
    ++formers_;
    formers_since_ = self->clock().now();
  }
  const auto what = one.what == told::call ? kind::call : one.what == told::end ? kind::end : kind::leave;
  say({.what = what, .record = std::move(one.record), .asked = one.asked, .unseen = one.unseen});
}

/// True when another call has the ID by now, and the client was told of that one: it has replaced the former
/// in the mirror. The setup time tells them apart, for that of a call never changes.
bool cluster_watch_state::is_of_former(const change_queue::told& one) {
  const auto found = successors_.find(one.record->id());
  if (found == successors_.end())
    return false;
  if (one.record->setup() != found->second) {
    const auto is_former = !one.reuses_id || one.record->setup() < found->second;
    if (is_former && one.what != change_queue::kind::call && formers_ > 0)
      --formers_;
    return is_former;
  }
  if (one.what != change_queue::kind::call)
    successors_.erase(found);
  return false;
}

/// Of a switch that is to be told again the client has what was told of it since.
void cluster_watch_state::take_counts(const std::string& who, source& from, counts_by_switch held) {
  for (const auto& [of, known] : switches_) {
    if (!known.awaited || known.holder.node != who)
      continue;
    held.forget(of);
    for (const auto& [source, count] : from.held)
      if (source->name == of)
        held.add(source, count);
  }
  from.held = std::move(held);
}

/// The node tells all its calls again.
void cluster_watch_state::forgotten(const std::string& who, source& from) {
  from.synced = false;
  from.place.reset();
  from.at_cut = false;
  if (sources_.size() == 1 || !begun_) {
    resuming_ = false;
    synced_ = false;
    request_.since.reset();
    begin_if_heard();
    for (auto& [of, known] : switches_)
      known.awaited = known.retold = false;
    removed_.clear();
    successors_.clear();
    from.held.clear();
    say({.what = kind::reset, .why = reset_reason::unknown_since});
    for (auto& [other, its] : sources_) // who could go on has told too little
      if (&its != &from) {
        if (its.watcher)
          self->send(its.watcher, atom::left_v);
        its = source{};
      }
    return;
  }
  for (auto& [of, known] : switches_)
    if (known.holder.node == who) {
      known.awaited = true;
      known.retold = false;
      from.held.forget(of);
      forget_successors(of.value());
      say({.what = kind::reset, .name = of.value(), .why = reset_reason::unknown_since});
    }
}

} // namespace rollcall
