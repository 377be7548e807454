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
  const auto walk = ++walk_;
  of.walked = walk;
  legs all{&of};
  const auto hear = [&](leg_node* each) {
    if (each && std::exchange(each->walked, walk) != walk)
      all.push_back(each);
    return all.size() < bounds_.walk;
  };
  for (std::size_t i = 0; i < all.size() && hear(all[i]->pair); ++i) {
    auto* const in = all[i]->in;
    if (in && in->kind == bridge_kind::conversation && std::exchange(in->walked, walk) != walk)
      for (std::size_t each = 0; each < in->members.size() && hear(in->members[each]);)
        ++each;
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

/// The others in the group of a leg that are in calls, no more than a walk may take. The first is after whom
/// it is named.
leg_graph::legs leg_graph::group_of(const leg_node& of) const {
  legs all;
  const auto add_if_placed = [&](leg_node* each) {
    if (each && each != &of && each->of && all.size() < bounds_.walk)
      all.push_back(each);
  };
  auto* const named_after = known(of.group);
  add_if_placed(named_after);
  if (const auto found = groups_.find(of.group); found != groups_.end())
    for (std::size_t i = 0; i < std::min(found->second.size(), bounds_.walk); ++i)
      if (found->second[i] != named_after)
        add_if_placed(found->second[i]);
  return all;
}

/// The last resort. Of several calls that of its account, else that of whom the group is named after, else
/// that of the oldest leg.
leg_graph::call_node* leg_graph::call_of_group(const leg_node& of) const {
  if (of.group.empty() || of.group == of.id)
    return nullptr;
  const leg_node* best = nullptr;
  const auto rank = [&of](const leg_node* each) {
    const auto its = account_of(of, each->of->from);
    return std::tuple{its.empty() || each->of->shown.account != its, each->id != of.group, each->number};
  };
  for (const auto* each : group_of(of))
    if (!best || rank(each) < rank(best))
      best = each;
  if (best)
    return best->of;
  const auto found = calls_.find(of.group); // its owner is gone
  return found == calls_.end() ? nullptr : found->second.get();
}

void leg_graph::place(leg_node& of, leg_moment now) {
  if (of.of || list_ || !of.is_external())
    return;
  if (!remembered_.empty())
    place_remembered(of, now);
  if (of.of)
    return;
  const auto is_grouped = !of.incoming && (of.dialled || of.state != leg_state::up);
  if (auto* const above = call_upwards(of)) {
    attach(of, *above, call_end::guess, now);
  } else if (auto* const grouped = is_grouped ? call_of_group(of) : nullptr) {
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
  update(*of.of, &of);
}

/// That a leg is answered, and is another account's than that of the call where a guess has put it, shows
/// that the guess was wrong: unless it was dialled for it.
void leg_graph::separate_guess(leg_node& of, leg_moment now) {
  if (!of.of || !of.guessed || of.state != leg_state::up || list_)
    return;
  of.guessed = false;
  if (!is_anothers(of, *of.of) || call_upwards(of) == of.of)
    return;
  const auto source = of.of->from;
  call_node* better = nullptr;
  for (const auto* each : group_of(of))
    if (each->of->shown.account == account_of(of, source) && (!better || each->of->is_older_than(*better)))
      better = each->of;
  const auto there = in_order(of.of->all);
  if (better)
    attach(of, *better, call_end::guess, now);
  else
    begin_call(of, true, source, now);
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
  return begin_call(with, owned, account_source::unknown, now);
}

/// Its account is that which the leg has from there, if that is known.
leg_graph::call_node& leg_graph::begin_call(leg_node& with, bool owned, account_source account,
                                            leg_moment now) {
  std::string id;
  do {
    ++with.calls_begun;
    id = with.calls_begun == 1 ? with.id : with.id + '/' + std::to_string(with.calls_begun);
  } while (calls_.contains(id));
  auto& made = begin_call(std::move(id));
  made.shown.setup = with.since;
  made.shown.account = account_of(with, account);
  made.from = account;
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
  add(to.all, of, &leg_node::at_in_call);
  to.reshaped = true;
  suspect({&of});
  update(to, &of);
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
  if (from.all.size() == 1) // as it was last it may still be told
    say_legs(from);
  else
    from.reshaped = true;
  drop(from.all, of, &leg_node::at_in_call);
  if (from.carrier == &of || from.callee == &of) {
    from.carrier = from.callee = nullptr; // one of them is about to be no more
    from.stale = true;
  }
  if (from.owner != &of)
    return false;
  from.owner = nullptr;
  from.stale = true;
  from.unanswered = from.shown.state < call_state::connected;
  return true;
}

void leg_graph::end_call(call_node& which, call_end why, const call_node* into, leg_moment now) {
  const auto& shown = which.shown;
  if (which.told && which.dirty) {
    ended_.emplace_back(call_changed{shown});
  } else if (!which.told && (which.remembered || why == call_end::gone)) {
    ended_.emplace_back(call_began{shown});
    which.told = true;
  }
  const auto at = std::max({now.wall, shown.setup, shown.connect});
  if (which.told) {
    ended_.emplace_back(call_ended{shown.id, why, into ? into->shown.id : std::string{}, at});
    over_.forget(now.steady);
    over_.add(shown.id, now.steady);
  }
  suspects_.erase(which.shown.id);
  const auto keeps_it = calls_.extract(calls_.find(which.shown.id));
}

void leg_graph::lost_owner(call_node& which, leg_moment now) {
  update(which);
  const auto id = which.shown.id;
  suspects_.insert(id);
  const auto left = in_order(which.all);
  const auto before = walk_;
  for (auto* each : left)
    if (each->walked <= before && each->of && each->of->shown.id == id)
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
    return a->has_owner() != b->has_owner() ? a->has_owner() : a->is_older_than(*b);
  });
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size();) {
      if (all[j]->has_owner() || all[j]->shown.account != all[i]->shown.account) {
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

std::vector<leg_graph::call_node*> leg_graph::sorted_calls() const {
  std::vector<call_node*> all;
  for (const auto& [id, each] : calls_)
    all.push_back(each.get());
  std::sort(all.begin(), all.end(),
            [](const call_node* a, const call_node* b) { return a->number < b->number; });
  return all;
}

} // namespace rollcall
