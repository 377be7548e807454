#include "actors/cluster/cluster.hpp"
#include "actors/runtime/log.hpp"

#include <utility>

namespace rollcall {

// The secret that nodes share where their configurations have none. A node tells its own in its identity, and
// takes the other's when that precedes; what it takes it tells on at once, so that also nodes that do not see
// each other come to one secret. Whatever comes twice, late or in another order changes nothing.

void cluster_state::learn_secret(const std::string& who, peer& whom, const shared_secret& theirs) {
  const auto alike = theirs.known() == settings.secret.known();
  if (!alike && !std::exchange(whom.secret_told, true))
    log::warn(
        "cluster",
        "node {} has {} [cluster] secret in its configuration, this node has {}: a client that has logged "
        "in at one has to log in again at the other",
        who, theirs.known() ? "no" : "a", theirs.known() ? "one" : "none");
  if (alike)
    whom.secret_told = false;
  if (!settings.secret.known() || !is_sound(theirs) || !precedes(theirs, settings.secret))
    return;
  log::info("cluster", "the cluster's secret is now that of node {}, received from {}", theirs.origin, who);
  settings.secret = theirs;
  settings.on_secret_taken(theirs);
  tell_secret();
}

void cluster_state::own_secret_changed(const shared_secret& own) {
  // One that was heard meanwhile is on its way to where this comes from.
  const auto heard_better = own.known() && settings.secret.known() && precedes(settings.secret, own);
  if (heard_better || own == settings.secret)
    return;
  settings.secret = own;
  tell_secret();
}

void cluster_state::tell_secret() {
  for (const auto& [who, known] : peers_)
    if (known.actor)
      introduce_to(who, known.actor);
}

} // namespace rollcall
