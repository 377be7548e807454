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
  if (!begun_ || (synced_ && !any) || !is_settled())
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
  if (begun_ && synced_ && is_due && is_settled())
    say_place(kind::mark);
}

/// A mark, or what is as good as one.
void cluster_watch_state::say_place(kind what, std::string of) {
  out_.push_back({.what = what,
                  .name = std::move(of),
                  .calls = mirror_size(),
                  .complete = is_complete(),
                  .place = std::make_shared<const watch_place>(place())});
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
  const auto is_awaiting_ends =
      formers_ > 0 && self->clock().now() - formers_since_ < defaults::former_patience;
  return !is_awaiting_ends && std::all_of(sources_.begin(), sources_.end(), is_told)
         && std::none_of(switches_.begin(), switches_.end(), is_awaited);
}

/// As lists have it.
bool cluster_watch_state::is_complete() const {
  const auto view = context->cluster.view();
  const auto is_like_us = [](const member_state& one) {
    return !one.up || (!one.other_directory && !one.is_clock_off());
  };
  const auto is_heard = [](const auto& one) { return bool{one.second.watcher}; };
  return missing_.empty() && std::all_of(sources_.begin(), sources_.end(), is_heard)
         && std::all_of(view->members.begin(), view->members.end(), is_like_us)
         && std::all_of(switches_.begin(), switches_.end(),
                        [](const auto& one) { return one.second.holder.verified && !one.second.awaited; });
}

/// How many calls of a switch the client has. Of a node that was missing since before this stream the token
/// says it.
std::uint64_t cluster_watch_state::calls_of(const switch_name& of, const followed& known) const {
  const auto from = sources_.find(known.holder.node);
  if (from == sources_.end() || !from->second.ever_heard) {
    if (!request_.since || known.awaited)
      return 0;
    const auto told = request_.since->switches.find(of.value());
    return told != request_.since->switches.end() ? told->second.calls : 0;
  }
  std::uint64_t sum = 0;
  for (const auto& [source, count] : from->second.held)
    if (source->name == of)
      sum += count;
  return sum;
}

std::uint64_t cluster_watch_state::mirror_size() const {
  std::uint64_t sum = 0;
  for (const auto& [of, known] : switches_)
    sum += calls_of(of, known);
  return sum;
}

/// Where a node that was missing all the time was left, it can be gone on with still.
watch_place cluster_watch_state::place() const {
  watch_place result;
  for (const auto& [who, from] : sources_)
    if (from.place)
      result.nodes.emplace(who, *from.place);
  if (request_.since)
    for (const auto& [who, at] : request_.since->nodes)
      if (const auto from = sources_.find(who); from == sources_.end() || !from->second.ever_heard)
        result.nodes.emplace(who, at);
  for (const auto& [of, known] : switches_)
    if (!known.awaited && result.nodes.contains(known.holder.node))
      result.switches.emplace(of.value(), watch_place::told_switch{known.holder.node, calls_of(of, known)});
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
