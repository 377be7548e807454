#include "domain/calls/leg_graph.hpp"

#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

leg_graph::leg_graph(const limits& bounds) : bounds_(bounds), gone_(bounds.tombstone, bounds.tombstones) {}

leg_graph::~leg_graph() = default;

// --- what happens

void leg_graph::seen(const leg_facts& said, leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  place(*of, now);
  if (of->of)
    update(*of->of);
}

void leg_graph::dialled(const leg_facts& said, std::string_view parent, std::string_view number,
                        leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  of->dialled = true;
  of->parent = parent == of->id ? std::string_view{} : parent.substr(0, bounds_.id_bytes);
  keep(of->number_dialled, number);
  place_dialled(*of, now);
}

void leg_graph::still_dialled(const leg_facts& said, std::string_view parent, leg_moment now) {
  auto* const of = refresh(said, now);
  if (!of)
    return;
  const auto is_news = of->of ? of->guessed : list_ && of->state != leg_state::up && !of->incoming;
  if (is_news && of->parent.empty())
    dialled({.id = of->id}, parent, {}, now);
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
  auto* const into = known_bridge(bridge);
  if (!of || !into)
    return;
  of->moved = true;
  enter(*of, *into);
  place(*of, now);
  separate_guess(*of, now);
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
  else if (!leg.empty() && leg.size() <= bounds_.id_bytes)
    gone_.add(std::string{leg}, now.steady);
}

void leg_graph::sweep(leg_moment now) {
  gone_.forget(now.steady);
  if (list_)
    return;
  std::vector<call_node*> all;
  for (const auto& id : suspects_)
    if (const auto found = calls_.find(id); found != calls_.end())
      all.push_back(found->second.get());
  suspects_.clear();
  std::sort(all.begin(), all.end(),
            [](const call_node* a, const call_node* b) { return a->number < b->number; });
  std::vector<std::string> ids; // splitting one may end another
  for (const auto* each : all)
    ids.push_back(each->shown.id);
  for (const auto& id : ids)
    if (const auto found = calls_.find(id); found != calls_.end())
      split(*found->second, now);
}

// --- what is known

leg_graph::leg_node* leg_graph::known(std::string_view id) const {
  const auto found = legs_.find(id);
  return found == legs_.end() ? nullptr : found->second.get();
}

leg_graph::leg_node* leg_graph::refresh(const leg_facts& said, leg_moment now) {
  gone_.forget(now.steady);
  auto* of = known(said.id);
  const auto first = !of;
  if (first) {
    if (said.id.empty() || gone_.contains(std::string{said.id}))
      return nullptr;
    if (said.id.size() > bounds_.id_bytes || legs_.size() >= bounds_.legs) {
      ++refused_;
      return nullptr;
    }
    of = legs_.emplace(said.id, std::make_unique<leg_node>()).first->second.get();
    of->id = said.id;
    of->number = ++number_;
    of->since = said.since.value_or(now.wall);
  }
  of->heard = true;
  take(*of, said, first, now);
  return of;
}

void leg_graph::take(leg_node& of, const leg_facts& said, bool first, leg_moment now) {
  if (said.kind)
    of.kind = said.kind;
  if (first)
    of.incoming = said.state == leg_state::calling;
  if (said.state && of.state != leg_state::up && of.state != *said.state) { // who is answered stays so
    of.state = *said.state;
    if (of.state == leg_state::up) {
      suspect({&of});
      if (!first)
        of.up = now.wall;
    }
  }
  if (!said.group.empty() && said.group != of.group)
    set_group(of, said.group);
  if (of.kind == leg_kind::half && !said.pair.empty())
    pair_up(of, said.pair);
  if (of.first_account.empty())
    keep(of.first_account, said.account);
  keep(of.account, said.account);
  keep(of.said_account, said.said_account);
  keep(of.caller, said.caller);
  if (first)
    keep(of.callee, said.callee);
  keep(of.said_callee, said.said_callee);
  keep(of.sip_call_id, said.sip_call_id);
  keep(of.connection, said.connection);
  keep(of.media, said.media);
}

void leg_graph::keep(std::string& text, std::string_view said) const {
  if (!said.empty())
    text = said.substr(0, bounds_.text_bytes);
}

void leg_graph::set_group(leg_node& of, std::string_view group) {
  leave_group(of);
  of.group = group.substr(0, bounds_.id_bytes);
  groups_[of.group].push_back(&of);
}

void leg_graph::leave_group(leg_node& of) {
  const auto found = groups_.find(of.group);
  if (found == groups_.end())
    return;
  std::erase(found->second, &of);
  if (found->second.empty())
    groups_.erase(found);
}

void leg_graph::pair_up(leg_node& half, std::string_view pair) {
  if (!half.pair_text.empty())
    return;
  half.pair_text = pair.substr(0, bounds_.text_bytes);
  const auto [at, alone] = single_halves_.try_emplace(half.pair_text, &half);
  if (alone)
    return;
  half.pair = at->second;
  half.pair->pair = &half;
  single_halves_.erase(at);
}

leg_graph::bridge_node* leg_graph::known_bridge(std::string_view id) {
  auto found = bridges_.find(id);
  if (found == bridges_.end()) {
    if (id.empty())
      return nullptr;
    if (id.size() > bounds_.id_bytes || bridges_.size() >= bounds_.bridges) {
      ++refused_;
      return nullptr;
    }
    found = bridges_.emplace(id, std::make_unique<bridge_node>()).first;
    found->second->id = id;
  }
  found->second->heard = true;
  return found->second.get();
}

void leg_graph::enter(leg_node& of, bridge_node& into) {
  if (of.in == &into)
    return;
  if (of.in)
    leave(of);
  of.in = &into;
  into.members.push_back(&of);
  of.talked = of.talked || of.state == leg_state::up;
  suspect({&of});
}

void leg_graph::leave(leg_node& of) {
  suspect(around(of));
  std::erase(of.in->members, &of);
  of.in = nullptr;
}

void leg_graph::remove(leg_node& of, leg_moment now) {
  suspect(around(of));
  if (of.in)
    leave(of);
  leave_group(of);
  if (of.pair)
    of.pair->pair = nullptr;
  else if (const auto alone = single_halves_.find(of.pair_text);
           alone != single_halves_.end() && alone->second == &of)
    single_halves_.erase(alone);
  gone_.add(of.id, now.steady);

  auto* const in = of.of;
  const auto owned = in && detach(of);
  const auto keeps_it = legs_.extract(legs_.find(of.id));
  if (!in)
    return;
  if (in->all.empty())
    end_call(*in, call_end::gone, nullptr, now);
  else if (owned)
    lost_owner(*in, now);
  else
    update(*in);
}

// --- what has become of it

call_changes leg_graph::take_changes() {
  call_changes all;
  for (const auto& id : std::exchange(dirty_, {})) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || !std::exchange(found->second->dirty, false))
      continue;
    if (std::exchange(found->second->told, true))
      all.emplace_back(call_changed{found->second->shown});
    else
      all.emplace_back(call_began{found->second->shown});
  }
  std::move(ended_.begin(), ended_.end(), std::back_inserter(all));
  ended_.clear();
  return all;
}

const leg_call* leg_graph::find(std::string_view call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : &found->second->shown;
}

const leg_call* leg_graph::call_of(std::string_view leg) const {
  const auto* const of = known(leg);
  return of && of->of ? &of->of->shown : nullptr;
}

bool leg_graph::has_leg(std::string_view leg) const { return legs_.contains(leg); }

std::vector<const leg_call*> leg_graph::calls() const {
  std::vector<const leg_call*> all;
  for (const auto* each : sorted_calls())
    all.push_back(&each->shown);
  return all;
}

} // namespace rollcall
