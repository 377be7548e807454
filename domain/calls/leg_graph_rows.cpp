#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace rollcall {

void leg_graph::update(call_node& which, const leg_node* changed) {
  auto& shown = which.shown;
  auto legs_as_they_are =
      std::exchange(shown.legs, {}); // a queue may have many, and mostly they stay the same
  const auto before = shown;
  shown.owner = which.owner ? which.owner->id : std::string{};
  say_account(which);
  say_numbers(which);
  if (std::exchange(which.stale, false)) {
    which.carrier = which.callee = nullptr;
    for (const auto* each : in_order(which.all))
      say_leg(which, *each);
  } else if (changed) {
    say_leg(which, *changed);
  }
  say_far_side(which);
  if (!shown.account.empty())
    shown.state = std::max(shown.state, call_state::wait_route);
  const auto is_other = which.reshaped || !(shown == before) || !which.told;
  shown.legs = std::move(legs_as_they_are);
  if (!is_other || std::exchange(which.dirty, true))
    return;
  dirty_.push_back(shown.id);
}

void leg_graph::say_legs(call_node& which) {
  if (!std::exchange(which.reshaped, false))
    return;
  auto& shown = which.shown;
  shown.legs.clear();
  if (which.owner)
    shown.legs.push_back(which.owner->id);
  for (const auto* each : in_order(which.all))
    if (each != which.owner)
      shown.legs.push_back(each->id);
}

bool leg_graph::is_from_carrier(const leg_node& of) { return !of.connection.empty() && !of.dialled; }

std::string_view leg_graph::account_of(const leg_node& of, account_source from) {
  switch (from) {
  case account_source::code:
    return of.account;
  case account_source::said:
    return of.said_account;
  case account_source::unknown:
  case account_source::callee:
    return {};
  }
  return {};
}

/// The first that is known, which then stays. A carrier's leg that has called the switch has none of its own:
/// the call is of whom the script says, or else of whom is called. Whether a listed one has called is not
/// known: then whom it has dialled is asked first.
void leg_graph::say_account(call_node& which) const {
  const auto* const owner = which.owner;
  const auto take = [&which](const std::string& account, account_source from) {
    if (which.shown.account.empty() && !account.empty()) {
      which.shown.account = account;
      which.from = from;
    }
  };
  if (!owner)
    return;
  const auto from_carrier = is_from_carrier(*owner);
  if (!from_carrier) // who was dialled may have been given its caller's since
    take(owner->dialled ? owner->account : owner->first_account, account_source::code);
  take(owner->said_account, account_source::said);
  if (from_carrier && !owner->incoming && !placing_)
    take(owner->first_account, account_source::code);
}

void leg_graph::say_numbers(call_node& which) {
  auto& shown = which.shown;
  const auto* const owner = which.owner;
  if (!owner)
    return;
  if (shown.caller.empty())
    shown.caller = owner->caller;
  if (shown.sip_call_id.empty())
    shown.sip_call_id = owner->sip_call_id;
  if (shown.said_direction.empty())
    shown.said_direction = owner->said_direction;
  if (which.callee_is_final)
    return;
  const auto& callee = owner->said_callee.empty() ? owner->callee : owner->said_callee;
  which.callee_is_final = !callee.empty();
  shown.callee = which.callee_is_final ? callee : owner->number_dialled;
}

/// What one leg says of its call. Of those that count for the far side, one that was dialled goes before the
/// owner, one that is up before another, then the youngest.
void leg_graph::say_leg(call_node& which, const leg_node& of) {
  auto& shown = which.shown;
  const auto is_owner = &of == which.owner;
  if (shown.account.empty() && which.owner && is_from_carrier(*which.owner) && !is_owner && of.dialled
      && !of.first_account.empty()) {
    shown.account = of.first_account;
    which.from = account_source::callee;
  }
  const auto counts_before = [&which](const leg_node& a, const leg_node* b) {
    const auto rank = [&which](const leg_node& each) {
      return std::tuple{&each != which.owner, each.state == leg_state::up, each.number};
    };
    return !b || rank(*b) <= rank(a);
  };
  if (!of.connection.empty() && counts_before(of, which.carrier))
    which.carrier = &of;
  if (!is_owner && counts_before(of, which.callee))
    which.callee = &of;
  if (of.dialled)
    shown.state = std::max(shown.state, call_state::ar_complete);
  shown.to_carrier = shown.to_carrier || (of.dialled && !of.connection.empty());
  // A caller that has given up was not connected, though whom it called may have answered just then.
  const auto is_surely_ones = which.awaited.empty() && !which.unanswered;
  const auto is_the_callers = which.owner ? is_owner : is_surely_ones || of.talked;
  if (of.state != leg_state::up || !is_the_callers || shown.state >= call_state::connected)
    return;
  shown.state = call_state::connected; // later ones do not tell when it was
  if (shown.connect == timestamp{} && of.up != timestamp{})
    shown.connect = std::max(of.up, shown.setup);
}

/// What the last one has said stays when it has gone.
void leg_graph::say_far_side(call_node& which) {
  auto& shown = which.shown;
  if (which.carrier)
    shown.connection = which.carrier->connection;
  if (which.owner && !which.owner->media.empty())
    shown.caller_media = which.owner->media;
  if (which.callee && !which.callee->media.empty())
    shown.callee_media = which.callee->media;
}

} // namespace rollcall
