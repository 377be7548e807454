#include "actors/requests/cluster_watch_state.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace rollcall {

/// A stream that is to go on says so once each node has said whether it can.
void cluster_watch_state::begin_if_heard() {
  const auto all_heard = std::all_of(sources_.begin(), sources_.end(),
                                     [](const auto& one) { return one.second.heard || !one.second.watcher; });
  if (begun_ || (resuming_ && !all_heard))
    return;
  begun_ = true;
  synced_ = resuming_;
  ++unmarked_;
  out_.insert(out_.begin(), watch_message{.what = kind::begin, .resumed = resuming_});
}

/// That the snapshot is told, or that of each switch which was to be told again.
void cluster_watch_state::tell_synced() {
  const auto is_retold = [](const auto& one) { return one.second.retold; };
  const auto any = !removed_.empty() || std::any_of(switches_.begin(), switches_.end(), is_retold);
  if ((synced_ && !any) || !is_settled())
    return;
  if (!std::exchange(synced_, true))
    say_place(kind::synced);
  else
    for (const auto& of : removed_)
      say_place(kind::synced, of);
  for (auto& [of, known] : switches_)
    if (std::exchange(known.retold, false))
      say_place(kind::synced, of.value());
  removed_.clear();
}

void cluster_watch_state::mark_if_due() {
  const auto since = self->clock().now() - last_mark_;
  const auto is_due =
      since >= defaults::mark_interval || (unmarked_ > 0 && since >= defaults::watch_pulse / 2);
  if (synced_ && is_due && is_settled())
    say_place(kind::mark);
}

/// A mark, or what is as good as one.
void cluster_watch_state::say_place(kind what, std::string of) {
  out_.push_back({.what = what,
                  .name = std::move(of),
                  .calls = mirror_size(),
                  .complete = is_complete(),
                  .place = place()});
  last_mark_ = self->clock().now();
  unmarked_ = 0;
  ++marks_;
  for (auto& [who, from] : sources_)
    from.at_cut = false;
}

/// All that the nodes here have told is whole, up to a moment since the last mark.
bool cluster_watch_state::is_settled() const {
  const auto is_told = [](const auto& one) {
    return !one.second.watcher || (one.second.synced && one.second.at_cut);
  };
  const auto is_awaited = [this](const auto& one) {
    const auto from = sources_.find(one.second.holder.node);
    return one.second.awaited && from != sources_.end() && from->second.watcher;
  };
  return std::all_of(sources_.begin(), sources_.end(), is_told)
         && std::none_of(switches_.begin(), switches_.end(), is_awaited);
}

/// As lists have it.
bool cluster_watch_state::is_complete() const {
  const auto view = context->cluster.view();
  const auto is_like_us = [](const member_state& one) {
    return !one.up || (!one.other_directory && !one.is_clock_off());
  };
  return missing_.empty() && std::all_of(view->members.begin(), view->members.end(), is_like_us)
         && std::all_of(switches_.begin(), switches_.end(),
                        [](const auto& one) { return one.second.holder.verified && !one.second.awaited; });
}

std::uint64_t cluster_watch_state::mirror_size() const {
  std::uint64_t sum = 0;
  for (const auto& [who, from] : sources_)
    for (const auto& [of, count] : from.held) {
      const auto found = switches_.find(of->name);
      if (found != switches_.end() && found->second.holder.node == who)
        sum += count;
    }
  return sum;
}

watch_place cluster_watch_state::place() const {
  watch_place result;
  for (const auto& [who, from] : sources_)
    if (from.place)
      result.nodes.emplace(who, *from.place);
  for (const auto& [of, known] : switches_)
    if (!known.awaited && result.nodes.contains(known.holder.node))
      result.switches.emplace(of.value(), known.holder.node);
  return result;
}

void cluster_watch_state::say(watch_message what) {
  ++unmarked_;
  out_.push_back(std::move(what));
}

/// `at_once`: the client is to see that it is alive, though there be nothing to tell, or not yet.
void cluster_watch_state::deliver(bool at_once) {
  if (!promise_.pending() || (!at_once && (!begun_ || out_.empty())))
    return;
  auto messages = begun_ ? std::exchange(out_, {}) : watch_messages{};
  std::exchange(promise_, {}).deliver(std::make_shared<watch_messages>(std::move(messages)));
}

} // namespace rollcall
