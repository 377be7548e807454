#include "actors/cluster/cluster.hpp"
#include "actors/runtime/log.hpp"
#include "domain/base/moment_from.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace rollcall {

// What is known of the other nodes: whether what they say can be, who they are, and what of it requests see.

/// What comes from another node is bounded, also from one that is no longer itself.
bool cluster_state::is_sane(const wire::heartbeat& theirs) const {
  constexpr std::size_t longest_hash = 64;
  constexpr std::int64_t end_of_time = 253'402'300'799'000'000; // of the year 9999
  return theirs.claims.size() <= defaults::most_claims && theirs.members.size() <= member_memory::most
         && theirs.directory.size() <= longest_hash && theirs.time >= 0 && theirs.time <= end_of_time
         && theirs.clock > 0 && theirs.clock <= end_of_time;
}

/// Two directories may differ for a moment, when a change has reached one node and not yet the other.
void cluster_state::compare_directory(const std::string& who, peer& whom) {
  const auto differs = directory_ && !whom.directory.empty() && whom.directory != directory_->hash();
  if (!differs) {
    if (std::exchange(whom.directory_told, false))
      log::info("cluster", "node {} has the same directory again", who);
    whom.differs_since = {};
    return;
  }
  if (whom.differs_since == boot_time{})
    whom.differs_since = context->boottime();
  if (other_directory(whom) && !std::exchange(whom.directory_told, true))
    log::warn("cluster", "node {} answers from another directory; answers with its part are not complete",
              who);
}

bool cluster_state::other_directory(const peer& whom) const {
  return whom.differs_since != boot_time{}
         && context->boottime() - whom.differs_since >= defaults::directory_grace;
}

void cluster_state::compare_clock(const std::string& who, peer& whom) {
  const auto off = std::chrono::abs(whom.offset.ahead()) > defaults::clock_tolerance;
  if (off == std::exchange(whom.clock_told, off))
    return;
  const auto seconds = std::chrono::duration<double>{whom.offset.ahead()}.count();
  if (off)
    log::warn("cluster", "the clock of node {} is off by {:+.3f} s; answers with its part are not complete",
              who, seconds);
  else
    log::info("cluster", "the clock of node {} is right again, to {:+.3f} s", who, seconds);
}

std::set<std::string> cluster_state::configured_nodes() const {
  std::set<std::string> nodes;
  if (mesh)
    for (const auto& one : mesh->status())
      if (one.configured && one.node)
        nodes.insert(one.node->value());
  return nodes;
}

/// Members are missed until they are forgotten, also those that this run of this node has never met.
void cluster_state::remember() {
  memory_.expire(context->now());
  std::erase_if(peers_, [&, configured = configured_nodes()](const auto& x) {
    return x.second.connection == 0 && !x.second.actor && !memory_.has(x.first)
           && (!configured.contains(x.first) || memory_.has_forgotten(x.first));
  });
  if (memory_.take_change())
    settings.on_members(memory_.all());
}

/// A configured node that was never connected to this one: it does not answer, or it refuses us. Its name is
/// its address until somebody there has said another one.
std::optional<member_state> cluster_state::never_met(const peer_status& status) const {
  const auto named = status.node && *status.node != context->node;
  if (!status.configured || status.self || (named && peers_.contains(status.node->value())))
    return std::nullopt;
  if (memory_.has_forgotten(named ? status.node->value() : status.address))
    return std::nullopt;
  // Remembered from before a restart: it is missed by its name.
  for (const auto& one : memory_.members())
    if (!named && one.address == status.address)
      return std::nullopt;
  member_state unknown;
  unknown.address = status.address;
  unknown.name = named ? status.node->value() : status.address;
  unknown.since = status.since;
  unknown.trouble = status.last_error;
  return unknown;
}

void cluster_state::publish_view() {
  auto next = std::make_shared<cluster_view>();
  next->missing_is_fault = settings.missing_is_fault;
  next->begun = begun_;
  next->joining = settings.clustered && !mesh;
  const auto statuses = mesh ? mesh->status() : std::vector<peer_status>{};
  next->draining = drain_.has_value();
  for (const auto& [who, known] : peers_) {
    if (known.leaving)
      continue; // neither asked nor missed
    member_state one{who,
                     known.address,
                     known.up,
                     known.round_trip,
                     known.since,
                     known.trouble,
                     known.claims,
                     known.clock,
                     other_directory(known),
                     known.offset.ahead(),
                     known.draining,
                     known.feeds,
                     known.version,
                     known.directory,
                     known.up ? known.actor : wire::member_actor{}};
    for (const auto& status : statuses)
      if (!known.up && status.node == node_id{who} && !status.last_error.empty())
        one.trouble = status.last_error;
    next->members.push_back(std::move(one));
  }
  for (const auto& status : statuses)
    if (auto unknown = never_met(status))
      next->members.push_back(std::move(*unknown));
  for (const auto& one : memory_.members())
    if (!peers_.contains(one.node)) {
      member_state away;
      away.name = one.node;
      away.address = one.address;
      away.since = moment_from(one.seen);
      away.trouble = "not met since this node was started";
      next->members.push_back(std::move(away));
    }
  auto& all = next->members;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  // Two addresses of one node.
  all.erase(
      std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name == b.name; }),
      all.end());
  context->cluster.publish(std::move(next));
  settings.on_view();
}

} // namespace rollcall
