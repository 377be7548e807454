#include "domain/calls/switch_holders.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rollcall {

namespace {

bool outlives(const switch_claim& of_missing, const switch_claim& of_answered) {
  return !of_answered.connected
         && std::min(of_missing.term, highest_term) > std::min(of_answered.term, highest_term);
}

} // namespace

std::vector<switch_holder> holders_of(const std::vector<node_claims>& answered,
                                      const std::vector<node_claims>& missing, environment_id environment) {
  std::map<switch_name, switch_holder> found;
  const claim_verdict of_answered{answered};
  for (const auto& [node, claim] : of_answered.winners())
    found.emplace(claim.name, switch_holder{answered[node].node, claim, false});
  const claim_verdict of_missing{missing};
  for (const auto& [node, claim] : of_missing.winners()) {
    switch_holder last{missing[node].node, claim, true};
    const auto known = found.find(claim.name);
    if (known == found.end())
      found.emplace(claim.name, std::move(last));
    else if (outlives(claim, known->second.claim))
      known->second = std::move(last);
  }
  std::vector<switch_holder> all;
  for (auto& [name, holder] : found)
    if (holder.claim.environment == environment)
      all.push_back(std::move(holder));
  return all;
}

} // namespace rollcall
