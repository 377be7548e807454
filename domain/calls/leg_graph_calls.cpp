#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

template <class T>
bool contains(const std::vector<T>& all, const std::type_identity_t<T>& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

/// Who can hear a leg: over bridges of conversations and pairs of halves. Itself is the first.
leg_graph::legs leg_graph::around(leg_node& of) const {
  legs all{&of}; // mostly two: no set is faster
  const auto add = [&](leg_node* each) {
    if (each && all.size() < bounds_.walk && !contains(all, each))
      all.push_back(each);
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    add(all[i]->pair);
    const auto* const in = all[i]->in;
    if (in && in->kind == bridge_kind::conversation)
      for (auto* each : in->members)
        add(each);
  }
  return all;
}

/// The next sweeps look whether a leg of their calls is apart.
void leg_graph::suspect(const legs& all) {
  for (const auto* each : all)
    if (each->of)
      suspects_.insert(each->of->shown.id);
}

/// The call of the nearest external leg for which this one was dialled, over pairs of halves.
leg_graph::call_node* leg_graph::call_upwards(const leg_node& of) const {
  std::vector<const leg_node*> all{&of};
  for (std::size_t i = 0; i < all.size() && all.size() < bounds_.walk; ++i) {
    const auto* const at = all[i];
    if (i > 0 && at->is_external() && at->of)
      return at->of;
    for (const leg_node* next : {known(at->parent), at->pair})
      if (next && !contains(all, next))
        all.push_back(next);
  }
  return nullptr;
}

/// The last resort. Of several calls that of its account, else that of whom the group is named after, else
/// that of the oldest leg.
leg_graph::call_node* leg_graph::call_of_group(const leg_node& of) const {
  if (of.group.empty() || of.group == of.id)
    return nullptr;
  const leg_node* best = nullptr;
  const auto rank = [&of](const leg_node* each) {
    return std::tuple{each->of->shown.account != of.account, each->id != of.group, each->number};
  };
  if (const auto found = groups_.find(of.group); found != groups_.end())
    for (const auto* each : found->second)
      if (each != &of && each->of && (!best || rank(each) < rank(best)))
        best = each;
  if (best)
    return best->of;
  const auto found = calls_.find(of.group); // its owner is gone
  return found == calls_.end() ? nullptr : found->second.get();
}

void leg_graph::place(leg_node& of, leg_moment now) {
  if (of.of || list_ || !of.is_external())
    return;
  if (auto* const above = call_upwards(of)) {
    attach(of, *above, call_end::guess, now);
  } else if (auto* const grouped = of.incoming ? nullptr : call_of_group(of)) {
    of.guessed = true;
    attach(of, *grouped, call_end::guess, now);
  } else {
    begin_call(of, true, now);
  }
}

/// Who is dialled is in the call of whom it is dialled for, wherever it was before. Only a leg that is
/// answered, or has called itself, does not go to another account's call: that would make two calls one.
void leg_graph::place_dialled(leg_node& of, leg_moment now) {
  place(of, now);
  if (!of.of)
    return;
  auto* const above = call_upwards(of);
  if (above && above != of.of) {
    const auto may = of.state != leg_state::up
                     || (!above->shown.account.empty() && above->shown.account == of.of->shown.account);
    if (may)
      attach(of, *above, call_end::guess, now);
    else
      of.parent.clear();
  }
  if (above == of.of)
    of.guessed = false;
  update(*of.of);
}

/// That a leg is answered, and is another account's than that of the call where a guess has put it, shows
/// that the guess was wrong.
void leg_graph::separate_guess(leg_node& of, leg_moment now) {
  if (!of.of || !of.guessed || of.state != leg_state::up || list_)
    return;
  of.guessed = false;
  if (!is_anothers(of, *of.of))
    return;
  call_node* better = nullptr;
  for (const auto* each : groups_[of.group])
    if (each->of && each->of->shown.account == of.account && (!better || each->of->is_older_than(*better)))
      better = each->of;
  const auto there = of.of->all;
  if (better)
    attach(of, *better, call_end::guess, now);
  else
    begin_call(of, true, now);
  for (auto* each : there) // whom it has dialled goes along
    if (each != &of && call_upwards(*each) == of.of)
      attach(*each, *of.of, call_end::guess, now);
}

leg_graph::call_node& leg_graph::begin_call(std::string id) {
  auto& made = *calls_.emplace(id, std::make_unique<call_node>()).first->second;
  made.shown.id = std::move(id);
  made.number = ++number_;
  return made;
}

leg_graph::call_node& leg_graph::begin_call(leg_node& with, bool owned, leg_moment now) {
  std::string id;
  do {
    ++with.calls_begun;
    id = with.calls_begun == 1 ? with.id : with.id + '/' + std::to_string(with.calls_begun);
  } while (calls_.contains(id));
  auto& made = begin_call(std::move(id));
  made.shown.setup = with.since;
  attach(with, made, call_end::guess, now);
  if (owned)
    made.own(with);
  update(made);
  return made;
}

void leg_graph::attach(leg_node& of, call_node& to, call_end why, leg_moment now) {
  if (of.of == &to)
    return;
  auto* const from = of.of;
  const auto owned = from && detach(of);
  of.of = &to;
  of.apart.reset();
  const auto behind =
      std::upper_bound(to.all.begin(), to.all.end(), &of,
                       [](const leg_node* a, const leg_node* b) { return a->number < b->number; });
  to.all.insert(behind, &of);
  to.reshaped = true;
  suspect({&of});
  update(to);
  if (!from)
    return;
  if (from->all.empty())
    end_call(*from, why, &to, now);
  else if (owned)
    lost_owner(*from, now);
  else
    update(*from);
}

/// Takes a leg out of its call, which may be empty then. True when it was the owner.
bool leg_graph::detach(leg_node& of) {
  auto& from = *std::exchange(of.of, nullptr);
  std::erase(from.all, &of);
  from.reshaped = true;
  if (from.owner != &of)
    return false;
  from.owner = nullptr;
  return true;
}

void leg_graph::end_call(call_node& which, call_end why, const call_node* into, leg_moment now) {
  if (which.told)
    ended_.emplace_back(call_ended{which.shown.id, why, into ? into->shown.id : std::string{}, now.wall});
  suspects_.erase(which.shown.id);
  const auto keeps_it = calls_.extract(calls_.find(which.shown.id));
}

void leg_graph::lost_owner(call_node& which, leg_moment now) {
  update(which);
  const auto id = which.shown.id;
  suspects_.insert(id);
  const auto left = which.all;
  for (auto* each : left)
    if (each->of && each->of->shown.id == id)
      fold(around(*each), now);
}

/// Of the calls that these legs are in, those without an owner give what is here of theirs to another one of
/// the same account: to one with an owner first, then to the oldest.
void leg_graph::fold(const legs& heard, leg_moment now) {
  if (list_)
    return;
  std::vector<call_node*> all;
  for (const auto* each : heard)
    if (each->of && !each->of->shown.account.empty()
        && std::find(all.begin(), all.end(), each->of) == all.end())
      all.push_back(each->of);
  if (all.size() < 2)
    return;
  std::sort(all.begin(), all.end(), [](const call_node* a, const call_node* b) {
    return !a->owner != !b->owner ? a->owner != nullptr : a->is_older_than(*b);
  });
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size();) {
      if (all[j]->owner || all[j]->shown.account != all[i]->shown.account) {
        ++j;
        continue;
      }
      auto* const gives = all[j];
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(j));
      for (auto* each : heard)
        if (each->of == gives)
          attach(*each, *all[i], call_end::joined, now); // the last of them ends it
    }
}

/// Legs that are apart from their call's owner for too long become calls of their own, of the same account.
void leg_graph::split(call_node& which, leg_moment now) {
  const auto guesses = which.all;
  const auto id = which.shown.id;
  for (auto* each : guesses)
    if (each->guessed)
      separate_guess(*each, now);
  if (!calls_.contains(id))
    return;
  if (which.all.size() < 2)
    return;
  auto* const anchor = which.owner ? which.owner : which.all.front();
  const auto heard = around(*anchor);
  const auto all = which.all;
  for (auto* each : all) {
    const auto dialled = is_being_dialled(*each);
    if (each->of != &which || contains(heard, each) || dialled) {
      each->apart.reset();
      if (dialled && each->state == leg_state::up) // whoever dials it may go
        suspects_.insert(id);
      continue;
    }
    if (!each->apart)
      each->apart = now.steady;
    if (now.steady - *each->apart <= bounds_.apart) {
      suspects_.insert(id);
      continue;
    }
    const auto together = around(*each);
    const auto& old = which.shown;
    // What it keeps is set before it is told: begin_call() without an owner says nothing of its own.
    auto& made = begin_call(*each, false, now);
    made.account_was_said = which.account_was_said;
    made.shown.account = old.account;
    made.shown.caller = old.caller;
    made.shown.callee = old.callee;
    made.shown.sip_call_id = old.sip_call_id;
    update(made);
    for (auto* other : together)
      if (other->of == &which && other != anchor)
        attach(*other, made, call_end::joined, now);
    fold(together, now);
  }
}

/// A leg that is answered has been dialled for whom it talks to, or is about to talk to.
bool leg_graph::is_being_dialled(const leg_node& of) const {
  if (of.state != leg_state::up)
    return true;
  return !of.in && !of.talked && known(of.parent);
}

std::vector<leg_graph::call_node*> leg_graph::sorted_calls() const {
  std::vector<call_node*> all;
  for (const auto& [id, each] : calls_)
    all.push_back(each.get());
  std::sort(all.begin(), all.end(),
            [](const call_node* a, const call_node* b) { return a->number < b->number; });
  return all;
}

} // namespace rollcall
