#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

void leg_graph::sweep(leg_moment now) {
  gone_.forget(now.steady);
  if (list_)
    return;
  std::vector<call_node*> all;
  for (const auto& id : suspects_)
    if (const auto found = calls_.find(id); found != calls_.end())
      all.push_back(found->second.get());
  suspects_.clear();
  std::vector<std::string> ids; // splitting one may end another
  for (const auto* each : in_order(std::move(all)))
    ids.push_back(each->shown.id);
  for (const auto& id : ids)
    if (const auto found = calls_.find(id); found != calls_.end())
      split(*found->second, now);
}

/// Legs that are apart from their call's owner for too long become calls of their own, of the same account.
void leg_graph::split(call_node& which, leg_moment now) {
  const auto id = which.shown.id;
  for (auto* each : in_order(which.all))
    if (each->guessed)
      separate_guess(*each, now);
  if (!calls_.contains(id) || which.all.size() < 2)
    return;
  auto& anchor = which.anchor();
  for (auto* each : apart(which, anchor, now)) {
    if (each->of != &which) // one before has taken it along
      continue;
    const auto together = around(*each);
    const auto& old = which.shown;
    // What it keeps is set before it is told: begin_call() without an owner says nothing of its own.
    auto& made = begin_call(*each, false, now);
    made.from = which.from;
    made.shown.account = old.account;
    made.shown.caller = old.caller;
    made.shown.callee = old.callee;
    made.shown.sip_call_id = old.sip_call_id;
    made.shown.said_direction = old.said_direction;
    update(made, each);
    for (auto* other : together)
      if (other->of == &which && other != &anchor)
        attach(*other, made, call_end::joined, now);
    fold(together, now);
  }
}

/// Those legs of a call that are apart from this one for too long. Of others it is looked at again.
leg_graph::legs leg_graph::apart(call_node& which, leg_node& anchor, leg_moment now) {
  around(anchor);
  legs all;
  for (auto* each : in_order(which.all)) {
    const auto dialled = is_being_dialled(*each);
    const auto heard = each->walked == walk_ || (each->in && each->in->walked == walk_);
    if (heard || dialled) {
      each->apart.reset();
      if (dialled && each->state == leg_state::up) // whoever dials it may go
        suspects_.insert(which.shown.id);
      continue;
    }
    if (!each->apart)
      each->apart = now.steady;
    if (now.steady - *each->apart > bounds_.apart)
      all.push_back(each);
    else
      suspects_.insert(which.shown.id);
  }
  return all;
}

/// A leg that is answered has been dialled for whom it talks to, or is about to talk to.
bool leg_graph::is_being_dialled(const leg_node& of) const {
  if (of.state != leg_state::up)
    return true;
  return !of.in && !of.talked && known(of.parent);
}

} // namespace rollcall
