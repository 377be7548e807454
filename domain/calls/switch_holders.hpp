#pragma once

#include "domain/base/ids.hpp"
#include "domain/calls/switch_claim.hpp"

#include <vector>

namespace rollcall {

/// The node that has a switch, as far as known.
struct switch_holder {
  node_id node;
  switch_claim claim;   ///< of that node: the one that wins
  bool missing = false; ///< the node has not answered: its claim is as it was last heard
};

/// Who has each switch of `environment`, each switch once; by name. Among the nodes that answered, and among
/// those that are missing, it is whose claim wins. What a missing node claimed last counts when its term is
/// higher and the switch is connected to none of the others: it had the switch after them, as far as known.
std::vector<switch_holder> holders_of(const std::vector<node_claims>& answered,
                                      const std::vector<node_claims>& missing, environment_id environment);

} // namespace rollcall
