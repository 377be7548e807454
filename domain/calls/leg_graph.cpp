#include "domain/calls/leg_graph.hpp"

#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

leg_graph::leg_graph(const limits& bounds)
    : bounds_(bounds),
      gone_(bounds.tombstone, bounds.tombstones),
      over_(bounds.tombstone, bounds.tombstones) {}

leg_graph::~leg_graph() = default;

// --- what happens

void leg_graph::seen(const leg_facts& said, leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  place(*of, now);
  if (of->of)
    update(*of->of, of);
}

void leg_graph::dialled(const leg_facts& said, std::string_view parent, std::string_view number,
                        leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  const auto* const before = known(of->parent);
  const auto is_behind_half = before && before->kind == leg_kind::half;
  of->dialled = true;
  of->parent = parent == of->id ? std::string_view{} : parent.substr(0, bounds_.id_bytes);
  keep(of->number_dialled, number);
  if (parent.empty() && of->guessed && of->of && !is_behind_half && !list_) {
    of->guessed = false;
    begin_call(*of, true, now);
  }
  place_dialled(*of, now);
}

void leg_graph::still_dialled(const leg_facts& said, std::string_view parent, leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  const auto is_news = of->of ? of->guessed : list_ && of->state != leg_state::up && !of->incoming;
  if (is_news && of->parent.empty())
    dialled({.id = of->id}, parent, {}, now);
  else if (of->dialled && of->state != leg_state::up) // a dial between may have been told late
    place_dialled(*of, now);
  else
    seen({.id = of->id}, now);
}

void leg_graph::dial_ended(std::string_view leg, bool answered, leg_moment) {
  auto* const of = known(leg);
  if (!of || answered)
    return;
  of->parent.clear();
  suspect({of});
}

void leg_graph::bridge_seen(std::string_view bridge, bridge_kind kind, leg_moment now) {
  auto* const of = known_bridge(bridge);
  if (!of || std::exchange(of->kind, kind) == kind || of->members.empty())
    return;
  suspect(of->members);
  fold(around(*of->members.front()), now);
}

void leg_graph::joined(std::string_view leg, std::string_view bridge, leg_moment now) {
  auto* const of = known(leg);
  auto* const into = of ? known_bridge(bridge) : nullptr;
  if (!into)
    return;
  of->moved = true;
  enter(*of, *into);
  place(*of, now);
  separate_guess(*of, now);
  if (of->of)
    update(*of->of, of);
  fold(around(*of), now);
}

void leg_graph::left(std::string_view leg, std::string_view bridge, leg_moment) {
  auto* const of = known(leg);
  if (!of)
    return;
  if (list_ && !of->moved) // where it was before may be long ago
    of->left_bridge = bridge.substr(0, bounds_.id_bytes);
  if (of->in && of->in->id == bridge) // it may be in the next one already
    leave(*of);
}

void leg_graph::bridge_gone(std::string_view bridge, leg_moment) {
  if (list_ && bridge.size() <= bounds_.id_bytes && list_->destroyed.size() < bounds_.bridges)
    list_->destroyed.emplace(bridge);
  const auto found = bridges_.find(bridge);
  if (found == bridges_.end())
    return;
  const auto members = found->second->members;
  for (auto* each : members)
    leave(*each);
  bridges_.erase(found);
}

void leg_graph::replaced(std::string_view old, std::string_view by, leg_moment now) {
  auto* const from = known(old);
  auto* const to = known(by);
  if (!from || !to || !from->of || !to->of || from->of == to->of)
    return;
  auto& goes_on = *from->of;
  const auto& younger = *to->of;
  const auto same_account = !younger.shown.account.empty() && younger.shown.account == goes_on.shown.account;
  if (younger.all.size() > 1 || !same_account || !goes_on.is_older_than(younger))
    return;
  attach(*to, goes_on, call_end::joined, now);
  if (goes_on.owner == from)
    goes_on.own(*to);
  update(goes_on);
}

void leg_graph::gone(std::string_view leg, leg_moment now) {
  gone_.forget(now.steady);
  auto* const of = known(leg);
  if (of)
    remove(*of, now);
  else if (!leg.empty() && leg.size() <= bounds_.id_bytes) {
    gone_.add(std::string{leg}, now.steady);
    lost(leg, now);
  }
}

/// A leg that owned a call, as is remembered, is not waited for any more.
void leg_graph::lost(std::string_view leg, leg_moment now) {
  const auto known_by = remembered_.find(leg);
  if (known_by == remembered_.end())
    return;
  const auto found = calls_.find(known_by->second->call.id);
  if (found == calls_.end() || found->second->awaited != leg)
    return;
  found->second->awaited.clear();
  lost_owner(*found->second, now);
}

// --- what has become of it

call_changes leg_graph::take_changes() {
  call_changes all;
  for (const auto& id : std::exchange(dirty_, {})) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || !std::exchange(found->second->dirty, false))
      continue;
    const auto& shown = shown_of(*found->second);
    if (std::exchange(found->second->told, true))
      all.emplace_back(call_changed{shown});
    else
      all.emplace_back(call_began{shown});
  }
  std::move(ended_.begin(), ended_.end(), std::back_inserter(all));
  ended_.clear();
  return all;
}

const leg_call* leg_graph::find(std::string_view call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : &shown_of(*found->second);
}

const leg_call* leg_graph::call_of(std::string_view leg) const {
  const auto* const of = known(leg);
  return of && of->of ? &shown_of(*of->of) : nullptr;
}

bool leg_graph::has_leg(std::string_view leg) const { return legs_.contains(leg); }

std::vector<const leg_call*> leg_graph::calls() const {
  std::vector<const leg_call*> all;
  for (auto* each : sorted_calls())
    all.push_back(&shown_of(*each));
  return all;
}

/// Its legs are named only when somebody looks: a queue may have many.
const leg_call& leg_graph::shown_of(call_node& which) const {
  say_legs(which);
  return which.shown;
}

} // namespace rollcall
