#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <array>
#include <chrono>
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
  return std::array{&f.id,         &f.group,  &f.pair,        &f.account,        &f.said_account,
                    &f.caller,     &f.callee, &f.said_callee, &f.said_direction, &f.sip_call_id,
                    &f.connection, &f.media,  &said.bridge};
}

} // namespace

/// The legs that satisfy `is_wanted`, in the order in which they were first seen.
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
  const auto all = std::make_shared<known_before>(known_before{std::move(call)});
  for (const auto& each : all->call.legs)
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
  if (list_->bridges.size() >= bounds_.bridges || bridge.empty() || bridge.size() > bounds_.id_bytes) {
    ++refused_;
    list_->cut = true;
  } else {
    list_->bridges.emplace_back(bridge, kind);
  }
}

void leg_graph::listed(const listed_leg& said) {
  if (!list_)
    return;
  // One more than can be taken: the graph is full then in any case.
  if (list_->legs.size() > bounds_.legs || said.facts.id.empty() || said.facts.id.size() > bounds_.id_bytes) {
    ++refused_;
    list_->cut = true;
  } else {
    list_->legs.emplace_back(said);
  }
}

void leg_graph::snapshot_end(bool whole, leg_moment now) {
  if (!list_)
    return;
  take_listed(now);
  const auto is_whole = whole && !list_->cut;
  place_known_before(now);
  if (is_whole)
    remove_unlisted(now);
  list_.reset();
  place_listed(now);
  fold_listed(is_whole, now);
}

/// What an event has said meanwhile counts: of such a leg the list gives only what is missing.
void leg_graph::take_listed(leg_moment now) {
  const auto is_gone = [this](std::string_view bridge) {
    return list_->destroyed.contains(std::string{bridge});
  };
  for (const auto& [id, kind] : list_->bridges)
    if (auto* const into = is_gone(id) ? nullptr : known_bridge(id))
      into->kind = kind;
  for (const auto& item : list_->legs) {
    const auto& facts = item.said.facts;
    auto* of = known(facts.id);
    const auto is_newer = of && of->heard;
    if (!is_newer)
      of = refresh(facts, now, told_by::list);
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
      if (!of->transferred) {
        fill(of->said_account, facts.said_account);
        fill(of->said_direction, facts.said_direction);
      }
      fill(of->sip_call_id, facts.sip_call_id);
    }
    if (of->moved)
      continue;
    const auto is_there = item.said.bridge != of->left_bridge && !is_gone(item.said.bridge);
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

/// Before the legs that are gone take their calls with them: another node may have seen such a call go on
/// with others.
void leg_graph::place_known_before(leg_moment now) {
  placing_ = true;
  for (auto* each : unplaced())
    place_remembered(*each, now);
  placing_ = false;
}

/// Owners first: those that were dialled go to the calls of others.
void leg_graph::place_listed(leg_moment now) {
  placing_ = true;
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
  placing_ = false;
  for (auto* each : sorted_calls()) {
    each->stale = true;
    update(*each);
    suspects_.insert(each->shown.id);
  }
}

/// Calls whose owner has gone unheard of give their legs to those to whom they talk.
void leg_graph::fold_listed(bool is_whole, leg_moment now) {
  std::vector<std::string> ids;
  for (auto* each : sorted_calls()) {
    if (is_whole && !std::exchange(each->awaited, {}).empty())
      each->stale = true;
    if (!each->has_owner())
      ids.push_back(each->shown.id);
  }
  for (const auto& id : ids)
    if (const auto found = calls_.find(id); found != calls_.end())
      lost_owner(*found->second, now);
  if (!is_whole)
    return;
  for (const auto& [leg, before] : std::exchange(remembered_, {}))
    if (!known(leg))
      gone_.add(leg, now.steady);
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

/// A leg of a call that is known from before goes there. It may have begun others before, of which nothing is
/// known: the ids of those that it begins from now on have the time in them.
void leg_graph::place_remembered(leg_node& of, leg_moment now) {
  const auto found = remembered_.find(of.id);
  if (found == remembered_.end())
    return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.wall.time_since_epoch()).count();
  of.calls_begun = std::max(of.calls_begun, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 1)));
  auto* const in = remembered_call(*found->second);
  if (!in)
    return;
  const auto is_owner = !in->owner && of.id == found->second->call.owner;
  if (is_owner || (!in->owner && in->from == account_source::unknown))
    in->from = source_of(in->shown.account, of, is_owner);
  if (is_owner)
    in->own(of);
  attach(of, *in, call_end::guess, now);
}

/// From where a call that is known from before had its account, as one of its legs shows.
leg_graph::account_source leg_graph::source_of(std::string_view account, const leg_node& of, bool is_owner) {
  if (account.empty())
    return account_source::unknown;
  if (of.said_account == account)
    return account_source::said;
  const auto is_from_callee = is_owner && is_from_carrier(of) && of.account != account;
  return is_from_callee ? account_source::callee : account_source::code;
}

/// Null when it has ended, or its id is another's by now.
leg_graph::call_node* leg_graph::remembered_call(known_before& from) {
  const auto& call = from.call;
  if (call.id.empty())
    return nullptr;
  if (const auto same = calls_.find(call.id); same != calls_.end())
    return same->second->shown.account == call.account ? same->second.get() : nullptr;
  if (std::exchange(from.begun, true) || over_.contains(call.id))
    return nullptr;
  auto& made = begin_call(call.id);
  made.remembered = true;
  made.awaited = call.owner;
  made.callee_is_final = !call.callee.empty();
  auto& shown = made.shown;
  shown.account = call.account;
  shown.caller = call.caller;
  shown.callee = call.callee;
  shown.setup = call.setup;
  shown.connect = call.connect;
  return &made;
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
    begin_call(of, false, others->from, now);
  } else {
    place(of, now);
    separate_guess(of, now);
  }
}

/// An answered leg has the account of its call, from where that has its own.
bool leg_graph::is_anothers(const leg_node& of, const call_node& candidate) {
  const auto its = account_of(of, candidate.from);
  const auto& account = candidate.shown.account;
  return of.state == leg_state::up && !its.empty() && !account.empty() && its != account;
}

} // namespace rollcall
