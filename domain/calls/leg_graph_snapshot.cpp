#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

/// All texts of a listed leg.
auto texts_of(listed_leg& said) {
  auto& f = said.facts;
  return std::array{&f.id,     &f.group,       &f.pair,        &f.account,    &f.said_account, &f.caller,
                    &f.callee, &f.said_callee, &f.sip_call_id, &f.connection, &f.media,        &said.bridge};
}

} // namespace

/// Legs of which that is true, in the order in which they were first seen.
template <class F>
leg_graph::legs leg_graph::sorted(F is_wanted) const {
  legs all;
  for (const auto& [id, each] : legs_)
    if (is_wanted(*each))
      all.push_back(each.get());
  std::sort(all.begin(), all.end(),
            [](const leg_node* a, const leg_node* b) { return a->number < b->number; });
  return all;
}

leg_graph::list::item::item(const listed_leg& from) : said(from) {
  for (const auto* each : texts_of(said))
    bytes += *each;
  auto rest = std::string_view{bytes};
  for (auto* each : texts_of(said)) {
    *each = rest.substr(0, each->size());
    rest.remove_prefix(each->size());
  }
}

void leg_graph::remember(known_call call) {
  if (remembered_.size() + call.legs.size() > bounds_.legs) {
    ++refused_;
    return;
  }
  const auto all = std::make_shared<const known_call>(std::move(call));
  for (const auto& each : all->legs)
    remembered_.insert_or_assign(each, all);
}

void leg_graph::snapshot_begin() {
  list_ = std::make_unique<list>();
  list_->last_before = number_;
  for (const auto& [id, each] : legs_) {
    each->heard = each->moved = each->listed = false;
    each->left_bridge.clear();
  }
  for (const auto& [id, each] : bridges_)
    each->heard = false;
}

void leg_graph::listed_bridge(std::string_view bridge, bridge_kind kind) {
  if (!list_)
    return;
  if (list_->bridges.size() >= bounds_.bridges || bridge.empty() || bridge.size() > bounds_.id_bytes)
    ++refused_;
  else
    list_->bridges.emplace_back(bridge, kind);
}

void leg_graph::listed(const listed_leg& said) {
  if (!list_)
    return;
  // One more than can be taken: the graph is full then in any case.
  if (list_->legs.size() > bounds_.legs || said.facts.id.empty() || said.facts.id.size() > bounds_.id_bytes)
    ++refused_;
  else
    list_->legs.emplace_back(said);
}

void leg_graph::snapshot_end(bool whole, leg_moment now) {
  if (!list_)
    return;
  take_listed(now);
  if (whole)
    remove_unlisted(now);
  list_.reset();
  place_listed(now);
  remembered_.clear();
}

/// What an event has said meanwhile counts: of such a leg the list gives only what is missing.
void leg_graph::take_listed(leg_moment now) {
  for (const auto& [id, kind] : list_->bridges)
    if (auto* const into = known_bridge(id))
      into->kind = kind;
  for (const auto& item : list_->legs) {
    const auto& facts = item.said.facts;
    auto* of = known(facts.id);
    const auto is_newer = of && of->heard;
    if (!is_newer)
      of = refresh(facts, now);
    if (!of)
      continue;
    of->listed = true;
    of->dialled = of->dialled || item.said.child;
    if (is_newer) {
      const auto fill = [this](std::string& text, std::string_view said) {
        if (text.empty())
          keep(text, said);
      };
      if (of->number > list_->last_before)
        fill(of->callee, facts.callee);
      fill(of->said_callee, facts.said_callee);
      fill(of->said_account, facts.said_account);
      fill(of->sip_call_id, facts.sip_call_id);
    }
    if (of->moved)
      continue;
    const auto is_there = item.said.bridge != of->left_bridge;
    auto* const into = is_there ? known_bridge(item.said.bridge) : nullptr;
    if (into)
      enter(*of, *into);
    else if (of->in)
      leave(*of);
  }
}

void leg_graph::remove_unlisted(leg_moment now) {
  for (auto* each : sorted([this](const leg_node& one) {
         return one.number <= list_->last_before && !one.heard && !one.listed;
       }))
    remove(*each, now);
  std::erase_if(bridges_,
                [](const auto& each) { return !each.second->heard && each.second->members.empty(); });
}

/// Owners first: those that were dialled go to the calls of others.
void leg_graph::place_listed(leg_moment now) {
  for (auto* each : unplaced())
    place_remembered(*each, now);
  for (auto* each : unplaced())
    if (!each->dialled && (each->group.empty() || each->group == each->id))
      begin_call(*each, true, now);
  for (auto* each : unplaced())
    if (!each->dialled && each->listed)
      begin_call(*each, true, now);
    else
      place_child(*each, now);
  for (auto* each : sorted([](const leg_node& one) { return one.guessed && one.of; }))
    separate_guess(*each, now); // it was answered meanwhile
  std::vector<std::string> ids;
  for (auto* each : sorted_calls()) {
    update(*each);
    suspects_.insert(each->shown.id);
    if (!each->owner)
      ids.push_back(each->shown.id);
  }
  for (const auto& id : ids)
    if (const auto found = calls_.find(id); found != calls_.end())
      lost_owner(*found->second, now);
}

/// External legs without a call, the oldest first: a list has no order.
leg_graph::legs leg_graph::unplaced() const {
  auto all = sorted([](const leg_node& one) { return one.is_external() && !one.of; });
  std::sort(all.begin(), all.end(), [](const leg_node* a, const leg_node* b) {
    return std::tuple{a->since, a->id.size(), std::string_view{a->id}}
           < std::tuple{b->since, b->id.size(), std::string_view{b->id}};
  });
  return all;
}

void leg_graph::place_remembered(leg_node& of, leg_moment now) {
  const auto found = remembered_.find(of.id);
  if (found == remembered_.end() || found->second->id.empty())
    return;
  const auto& from = *found->second;
  auto* in = static_cast<call_node*>(nullptr);
  if (const auto same = calls_.find(from.id); same != calls_.end()) {
    if (same->second->shown.account != from.account)
      return;
    in = same->second.get();
  } else {
    in = &begin_call(from.id);
    auto& shown = in->shown;
    shown.account = from.account;
    shown.caller = from.caller;
    shown.callee = from.callee;
    shown.setup = from.setup;
    shown.connect = from.connect;
    in->callee_is_final = !from.callee.empty();
  }
  attach(of, *in, call_end::guess, now);
  of.calls_begun = std::max(of.calls_begun, 1U);
  if (!in->owner && of.id == from.legs.front())
    in->own(of);
  update(*in);
}

void leg_graph::place_child(leg_node& of, leg_moment now) {
  if (!of.dialled || call_upwards(of)) {
    place(of, now);
    return;
  }
  const call_node* others = nullptr;
  call_node* best = nullptr;
  for (const auto* each : around(of)) {
    if (!each->of)
      continue;
    if (is_anothers(of, *each->of))
      others = each->of;
    else if (!best || each->of->is_older_than(*best))
      best = each->of;
  }
  if (best) {
    of.guessed = true;
    attach(of, *best, call_end::guess, now);
  } else if (others) { // who dialled it is gone: a transfer has brought it to another account's call
    auto& made = begin_call(of, false, now);
    made.shown.account = of.account;
    update(made);
  } else {
    place(of, now);
    separate_guess(of, now);
  }
}

/// An answered leg has the account of its call, or that which the script says of it, if that is where the
/// call's came from.
bool leg_graph::is_anothers(const leg_node& of, const call_node& candidate) {
  const auto& its = candidate.account_was_said ? of.said_account : of.account;
  const auto& account = candidate.shown.account;
  return of.state == leg_state::up && !its.empty() && !account.empty() && its != account;
}

} // namespace rollcall
