#include "actors/requests/cluster_watch_state.hpp"

#include <utility>

namespace rollcall {

void cluster_watch_state::look_at_switches() {
  const auto now = switch_standings(*context, environment_);
  for (const auto& [of, next] : now) {
    const auto [found, is_new] = switches_.try_emplace(of);
    auto& known = found->second;
    if (!is_new) {
      if (next.node != known.holder.node)
        follow(of, known, next);
      else if (next.state() != known.holder.state())
        say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
      known.holder = next;
      continue;
    }
    known.holder = next;
    if (next.state() != "verified")
      say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
    if (resuming_ && !begun_) {
      const auto told = request_.since->switches.find(of.value());
      if (told == request_.since->switches.end() || told->second.node != next.node)
        tell_again(of, known, reset_reason::moved);
    } else if (synced_ && next.node != context->node.value()) {
      tell_again(of, known, reset_reason::late); // its calls may have been told before its claim came here
    }
  }
  for (auto one = switches_.begin(); one != switches_.end();)
    if (now.contains(one->first)) {
      ++one;
    } else {
      reset_removed(one->first.value());
      one = switches_.erase(one);
    }
}

/// Nothing follows.
void cluster_watch_state::reset_removed(const std::string& of) {
  say({.what = kind::reset, .name = of, .why = reset_reason::removed});
  forget_successors(of);
  removed_.push_back(of);
}

/// After a reset of the switch: an entry that stayed would hide the next call with its ID.
void cluster_watch_state::forget_successors(const std::string& of) {
  std::erase_if(successors_, [mine = of + ':'](const auto& one) { return one.first.starts_with(mine); });
}

void cluster_watch_state::follow(const switch_name& of, followed& known, const switch_standing& next) {
  known.holder = next;
  say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
  tell_again(of, known, reset_reason::moved);
}

void cluster_watch_state::tell_again(const switch_name& of, followed& known, reset_reason why) {
  say({.what = kind::reset, .name = of.value(), .why = why});
  known.awaited = true;
  known.retold = false;
  for (auto& [who, each] : sources_)
    each.held.forget(of);
  forget_successors(of.value());
  const auto from = sources_.find(known.holder.node);
  if (from == sources_.end() || !from->second.watcher)
    return; // its node will tell everything when it is there
  known.listing = ++from->second.again;
  self->send(from->second.watcher, atom::again_v, of);
}

/// Another node's word on a switch may be older or newer than that of the one that has it.
bool cluster_watch_state::counts(const std::string& who, const record_ptr& record,
                                 const watch_batch& batch) const {
  const auto found = switches_.find(record->source().name);
  return found != switches_.end() && found->second.holder.node == who
         && batch.listings >= found->second.listing;
}

} // namespace rollcall
