#include "actors/requests/picture_network.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace rollcall {

namespace {

node_picture own_node(const node_context& here, const directory& dir) {
  return {here.node.value(), true, here.started, here.version, dir.hash()};
}

/// What was never up is missing since this node looks for it.
node_picture other_node(const member_state& other, const node_context& here) {
  node_picture picture{other.name, other.up, other.since == timestamp{} ? here.started : other.since,
                       other.version, other.directory};
  if (other.up) {
    picture.round_trip = other.round_trip;
    picture.ahead = other.ahead;
  }
  return picture;
}

std::map<switch_name, std::uint32_t> active_calls(const stats_by_account& of, environment_id environment) {
  std::map<switch_name, std::uint32_t> sums;
  for (const auto& account : of)
    for (const auto& [source, counts] : account.counts.by_switch())
      if (source->environment == environment)
        sums[source->name] += counts.active();
  return sums;
}

std::uint32_t count_of(const std::map<switch_name, std::uint32_t>& counts, const switch_name& of) {
  const auto found = counts.find(of);
  return found == counts.end() ? 0 : found->second;
}

} // namespace

network_picture picture_network(const node_context& here, const node_responses& present,
                                const stats_request& request, const stats_by_account& calls,
                                const std::vector<recent_events>& events) {
  network_picture picture;
  picture.nodes.push_back(own_node(here, *request.directory));
  for (const auto& other : present.view().members)
    picture.nodes.push_back(other_node(other, here));
  std::sort(picture.nodes.begin(), picture.nodes.end(),
            [](const node_picture& a, const node_picture& b) { return a.name < b.name; });

  const auto* whose = request.directory->find(request.scope);
  if (!whose)
    return picture;
  const auto active = active_calls(calls, whose->environment);
  std::map<node_id, const recent_events*> events_by_node;
  for (std::size_t part = 0; part < events.size(); ++part)
    events_by_node[present.node_of_part(part)] = &events[part];
  for (auto& holder : present.holders(whose->environment)) {
    auto& one = picture.switches.emplace_back();
    if (!holder.missing)
      one.calls = count_of(active, holder.claim.name);
    if (const auto told = events_by_node.find(holder.node); told != events_by_node.end())
      one.events = count_of(*told->second, holder.claim.name);
    one.holder = std::move(holder);
  }
  return picture;
}

} // namespace rollcall
