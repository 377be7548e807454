#include "actors/cluster.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rollcall {

// What this node was told to hang up before it was restarted, and has no end of. A switch that comes here is
// asked for it by its link. One that has gone to another node meanwhile, while nobody could ask this one, is
// that node's: it is told, and carries on.
//
//   hung_up ──the switch is here──► dropped: its link has the same
//      └──another node has it──► some at a time ──acknowledged──► dropped
//                                     └──failed──► again at the next tick, to the node that has it then

void cluster_state::pass_hang_ups_on() {
  for (const auto& own : context->claims.all())
    if (own.connected)
      settings.hung_up.erase(own.name);
  for (const auto& [of, calls] : settings.hung_up)
    if (!passing_on_.contains(of))
      if (const auto* holder = holder_of(of))
        pass_on(of, *holder);
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

void cluster_state::pass_on(const switch_name& of, const peer& to) {
  const auto& all = settings.hung_up.at(of);
  const auto some = std::min(all.size(), defaults::hang_ups_at_once);
  outstanding_hang_ups part{all.begin(), all.begin() + static_cast<std::ptrdiff_t>(some)};
  passing_on_.insert(of);
  self->request(to.actor, caf::duration{defaults::ping_deadline}, atom::resume_v, of.value(), std::move(part))
      .then(
          [this, of, some](caf::ok_atom) {
            passing_on_.erase(of);
            const auto left = settings.hung_up.find(of);
            if (left == settings.hung_up.end())
              return; // the switch has come here
            auto& calls = left->second;
            calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(some));
            if (calls.empty())
              settings.hung_up.erase(left);
            pass_hang_ups_on();
          },
          [this, of](const caf::error&) { passing_on_.erase(of); });
}

} // namespace rollcall
