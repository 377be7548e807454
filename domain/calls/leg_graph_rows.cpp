#include "domain/calls/leg_graph_nodes.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace rollcall {

void leg_graph::update(call_node& which) {
  auto& shown = which.shown;
  const auto reshaped = std::exchange(which.reshaped, false);
  auto unchanged = std::exchange(shown.legs, {}); // a queue may have many, and mostly they stay the same
  const auto before = shown;
  shown.owner = which.owner ? which.owner->id : std::string{};
  say_account(which);
  say_numbers(which);
  say_far_side(which);
  say_state(which);
  const auto is_other = reshaped || !(shown == before) || !which.told;
  if (reshaped)
    say_legs(which);
  else
    shown.legs = std::move(unchanged);
  if (!is_other || std::exchange(which.dirty, true))
    return;
  dirty_.push_back(shown.id);
}

void leg_graph::say_legs(call_node& which) {
  auto& shown = which.shown;
  if (which.owner)
    shown.legs.push_back(which.owner->id);
  for (const auto* each : which.all)
    if (each != which.owner)
      shown.legs.push_back(each->id);
}

/// The first that is known, which then stays. A carrier's leg that has called the switch has none of its own:
/// the call is of whom the script says, or else of whom is called.
void leg_graph::say_account(call_node& which) {
  auto& account = which.shown.account;
  const auto* const owner = which.owner;
  if (!account.empty() || !owner)
    return;
  const auto is_from_carrier = !owner->connection.empty() && !owner->dialled;
  if (!is_from_carrier)
    account = owner->account;
  if (account.empty()) {
    account = owner->said_account;
    which.account_was_said = !account.empty();
  }
  if (account.empty() && is_from_carrier && !owner->incoming)
    account = owner->account;
  if (!account.empty() || !is_from_carrier)
    return;
  for (const auto* each : which.all)
    if (each != owner && each->dialled && !each->first_account.empty()) {
      account = each->first_account;
      return;
    }
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
  if (which.callee_is_final)
    return;
  const auto& callee = owner->said_callee.empty() ? owner->callee : owner->said_callee;
  which.callee_is_final = !callee.empty();
  shown.callee = which.callee_is_final ? callee : owner->number_dialled;
}

/// Of the leg that counts: one that was dialled rather than the owner, one that is up rather than another,
/// the youngest. What the last one has said stays when it has gone.
void leg_graph::say_far_side(call_node& which) {
  const auto rank = [&which](const leg_node* a) {
    return std::tuple{a != which.owner, a->state == leg_state::up, a->number};
  };
  const leg_node* carrier = nullptr;
  const leg_node* callee = nullptr;
  for (const auto* each : which.all) {
    if (!each->connection.empty() && (!carrier || rank(carrier) < rank(each)))
      carrier = each;
    if (each != which.owner && (!callee || rank(callee) < rank(each)))
      callee = each;
  }
  auto& shown = which.shown;
  if (carrier)
    shown.connection = carrier->connection;
  if (which.owner && !which.owner->media.empty())
    shown.caller_media = which.owner->media;
  if (callee && !callee->media.empty())
    shown.callee_media = callee->media;
}

void leg_graph::say_state(call_node& which) {
  auto& shown = which.shown;
  auto state = shown.account.empty() ? call_state::wait_auth : call_state::wait_route;
  if (std::any_of(which.all.begin(), which.all.end(), [](const leg_node* each) { return each->dialled; }))
    state = call_state::ar_complete;
  for (const auto* each : which.all) {
    if ((which.owner && each != which.owner) || each->state != leg_state::up)
      continue;
    state = call_state::connected;
    if (shown.connect == timestamp{})
      shown.connect = each->up;
  }
  shown.state = std::max(shown.state, state);
}

} // namespace rollcall
