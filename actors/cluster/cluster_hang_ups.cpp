#include "actors/cluster/cluster.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

// Hang-ups without an end, of a switch that has left this node, or has not come back since a restart. Its
// link keeps them, and drops what the node that the switch is connected to has acknowledged: no message of it
// is larger than another, and none that is lost loses a hang-up.
//
//   kept by the link ──another node has the switch──► some at a time ──acknowledged──► dropped, then the next
//      ▲ the switch is back: the link goes on itself       │
//      └───────────────── failed: again at the next tick, to the node that has it then

void cluster_state::pass_hang_ups_on() {
  for (const auto& of : context->claims.keeping_hang_ups())
    if (heir_of(of) && passing_on_.insert(of).second)
      pass_on(of);
}

/// The node that the switch is connected to, as far as is known; null: none.
const cluster_state::peer* cluster_state::holder_of(const switch_name& of) const {
  const peer* found = nullptr;
  const switch_claim* best = nullptr;
  node_id best_of;
  for (const auto& [who, known] : peers_) {
    const auto claim = std::find_if(known.claims.begin(), known.claims.end(),
                                    [&](const auto& one) { return one.name == of && one.connected; });
    if (!known.up || claim == known.claims.end() || (best && !wins(*claim, node_id{who}, *best, best_of)))
      continue;
    found = &known;
    best = &*claim;
    best_of = node_id{who};
  }
  return found;
}

/// Where hang-ups of the switch are to go. A node that drains has no time to wait for the switch: then it is
/// any node that stays, which passes them on in its turn.
const cluster_state::peer* cluster_state::heir_of(const switch_name& of) const {
  const auto* holder = holder_of(of);
  if (holder || !drain_)
    return holder;
  for (const auto& own : context->claims.all())
    if (own.name == of)
      for (const auto& [who, known] : peers_)
        if (may_inherit(known, own))
          return &known;
  return nullptr;
}

void cluster_state::pass_on(const switch_name& of) {
  self->request(node, caf::duration{defaults::ping_deadline}, atom::hang_ups_v, of)
      .then(
          [this, of](const outstanding_hang_ups_ptr& some) {
            if (some->empty())
              passing_on_.erase(of); // the link has looked for some, and may find others at the next tick
            else
              pass_on(of, some);
          },
          [this, of](const caf::error&) { passing_on_.erase(of); }); // it was removed from the configuration
}

void cluster_state::pass_on(const switch_name& of, const outstanding_hang_ups_ptr& some) {
  const auto* to = heir_of(of);
  if (!to) {
    passing_on_.erase(of);
    return;
  }
  self->request(to->actor, caf::duration{defaults::ping_deadline}, atom::resume_v, of.value(), *some)
      .then(
          [this, of, some](caf::ok_atom) {
            passing_on_.erase(of);
            context->metrics.hang_ups_passed_on += some->size();
            self->send(node, atom::passed_on_v, of, some);
            pass_hang_ups_on();
          },
          [this, of, some](const caf::error& why) {
            passing_on_.erase(of);
            context->metrics.hang_ups_not_taken += some->size();
            if (const auto more = not_passed_on_.admit(self->clock().now()))
              log::warn(of.value(), "its node has not taken its hang-ups yet: {}{}",
                        self->system().render(why), *more);
          });
}

} // namespace rollcall
