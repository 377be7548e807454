#include "domain/calls/switch_claim.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>

namespace rollcall {

std::uint64_t next_term(std::uint64_t epoch, std::uint64_t above, std::uint64_t own) noexcept {
  return std::min(std::max({epoch, std::min(above, highest_term) + 1, std::min(own, highest_term) + 1}),
                  highest_term);
}

bool wins(const switch_claim& a, const node_id& a_of, const switch_claim& b, const node_id& b_of) {
  const auto rank = [](const switch_claim& x) {
    return std::tuple{x.whole, x.connected, std::min(x.term, highest_term)};
  };
  return rank(a) != rank(b) ? rank(a) > rank(b) : a_of < b_of;
}

switch_presence presence_of(const switch_claim& claim) {
  if (!claim.told)
    return switch_presence::unknown;
  return claim.connected ? switch_presence::connected : switch_presence::lost;
}

std::string_view to_string(switch_presence presence) {
  switch (presence) {
  case switch_presence::connected:
    return "connected";
  case switch_presence::lost:
    return "lost";
  case switch_presence::unknown:
    break;
  }
  return "unknown";
}

switch_claim dated(switch_claim fresh, const switch_claim& before, timestamp now) {
  const auto goes_on =
      before.since != 0 && before.term == fresh.term && presence_of(before) == presence_of(fresh);
  fresh.since = goes_on ? before.since : now.time_since_epoch().count();
  return fresh;
}

claim_verdict::claim_verdict(const std::vector<node_claims>& all) : superseded_(all.size()) {
  struct holder {
    std::size_t node;
    const switch_claim* claim;
  };
  std::map<switch_name, holder> best;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto& claim : all[i].claims) {
      const auto [known, fresh] = best.emplace(claim.name, holder{i, &claim});
      if (fresh)
        continue;
      auto& [node, winner] = known->second;
      if (wins(claim, all[i].node, *winner, all[node].node)) {
        superseded_[node].push_back(claim.name);
        known->second = {i, &claim};
      } else {
        superseded_[i].push_back(claim.name);
      }
    }
  for (auto& names : superseded_)
    std::sort(names.begin(), names.end());
  for (const auto& [name, held] : best)
    winners_.push_back({held.node, *held.claim});
}

std::vector<std::string> claim_verdict::unknown(environment_id environment) const {
  std::vector<std::string> names;
  for (const auto& [node, claim] : winners_)
    if (claim.environment == environment && !claim.told)
      names.push_back(claim.name.value());
  return names;
}

std::vector<std::string> claim_verdict::unverified(environment_id environment) const {
  std::vector<std::string> names;
  for (const auto& [node, claim] : winners_)
    if (claim.environment == environment && !claim.verified)
      names.push_back(claim.name.value());
  return names;
}

} // namespace rollcall
