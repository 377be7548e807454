#include "apps/rollcalld/dialled_choice.hpp"

#include <algorithm>
#include <chrono>

namespace rollcall {

namespace {

/// How long a node that is up may take to connect to a switch before the next one tries.
constexpr std::chrono::seconds patience_with_the_first{3};

/// True when this switch is another node's: one that comes before this one in its order of preference.
bool is_another_nodes(const dialled_config& one, const config& all, const cluster_view& others,
                      timestamp now) {
  for (const auto& preferred : one.nodes) {
    if (preferred == all.node.id)
      return false;
    if (all.cluster && (others.begun == timestamp{} || now - others.begun < patience_with_the_first))
      return true; // who is up is not known yet
    for (const auto& other : others.members) {
      if (other.name != preferred || !other.up || other.draining)
        continue;
      const auto has_it = std::any_of(other.claims.begin(), other.claims.end(), [&](const auto& claim) {
        return claim.name == one.name && claim.connected;
      });
      if (has_it || now - other.since < patience_with_the_first)
        return true;
    }
  }
  return false;
}

} // namespace

std::vector<switches::dialled> dialled_of(const config& config, const directory& dir,
                                          const cluster_view& others, timestamp now) {
  std::vector<switches::dialled> result;
  for (const auto& each : config.dialled)
    if (dir.root(each.environment) && !is_another_nodes(each, config, others, now))
      result.push_back(
          {each.kind, each.name, {each.at.host, std::to_string(each.at.port)}, each.values, each.ca});
  return result;
}

std::optional<std::vector<std::string>> addresses_for(const switch_name& name, const cluster_view& others) {
  std::optional<std::vector<std::string>> result;
  for (const auto& other : others.members) {
    const auto may_have_it = std::any_of(other.claims.begin(), other.claims.end(),
                                         [&](const switch_claim& claim) { return claim.name == name; });
    if (!other.up || other.draining || !may_have_it)
      continue;
    if (!result)
      result.emplace();
    result->insert(result->end(), other.feeds.begin(), other.feeds.end());
  }
  return result;
}

} // namespace rollcall
