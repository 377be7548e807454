#include "actors/requests/switch_standings.hpp"

#include "domain/calls/switch_holders.hpp"

#include <vector>

namespace rollcall {

std::map<switch_name, switch_standing> switch_standings(const node_context& context,
                                                        environment_id environment) {
  std::vector<node_claims> answered{{context.node, context.claims.all()}};
  std::vector<node_claims> missing;
  for (const auto& member : context.cluster.view()->members)
    (member.up ? answered : missing).push_back({node_id{member.name}, member.claims});
  std::map<switch_name, switch_standing> result;
  for (const auto& [node, claim, is_missing] : holders_of(answered, missing, environment)) {
    const auto connected = claim.connected && !is_missing;
    result.emplace(claim.name,
                   switch_standing{node.value(), connected, connected && claim.verified && claim.told});
  }
  return result;
}

} // namespace rollcall
