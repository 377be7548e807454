#include "transport/metrics/health.hpp"

#include <iomanip>
#include <sstream>
#include <vector>

namespace rollcall {

namespace {

constexpr unsigned ok = 200;
constexpr unsigned unavailable = 503;

/// The other node that the switch is connected to; null when there is none.
const member_state* node_with(const link_status& link, const readiness& here) {
  if (link.connected)
    return nullptr;
  for (const auto& node : here.nodes)
    for (const auto& claim : node.claims)
      if (node.up && claim.name == link.name && claim.connected)
        return &node;
  return nullptr;
}

std::vector<std::string> reasons_against(const readiness& node) {
  std::vector<std::string> reasons;
  if (!node.directory_loaded)
    reasons.emplace_back("the directory is not loaded");
  if (!node.links_known)
    reasons.emplace_back("the state of the switches is not known: the node is too busy");
  for (const auto& link : node.links) {
    if (link.synced || node_with(link, node))
      continue;
    if (link.connected)
      reasons.push_back("switch " + link.name.value() + " has not told all its calls yet");
    else if (node.uptime < node.ready_grace)
      reasons.push_back("switch " + link.name.value() + " has not connected yet");
  }
  return reasons;
}

std::string describe(const link_status& link, const readiness& here) {
  if (const auto* elsewhere = node_with(link, here))
    return "switch " + link.name.value() + ": connected to node " + elsewhere->name + '\n';
  const auto* sync = link.synced ? "synced" : "not synced";
  if (link.in_snapshot)
    sync = "in snapshot";
  return "switch " + link.name.value() + ": " + (link.connected ? "connected, " : "not connected, ") + sync
         + ", " + std::to_string(link.calls) + " calls, " + std::to_string(link.unverified) + " unverified\n";
}

std::string describe(const member_state& node, timestamp now) {
  std::ostringstream line;
  line << "node " << node.name << ": " << (node.up ? "up" : "missing");
  if (node.since != timestamp{})
    line << " for " << std::chrono::duration_cast<std::chrono::seconds>(now - node.since).count() << " s";
  if (node.up)
    line << ", round trip " << std::fixed << std::setprecision(1)
         << std::chrono::duration<double, std::milli>{node.round_trip}.count() << " ms";
  if (!node.address.empty() && node.address != node.name)
    line << ", at " << node.address;
  if (!node.up && !node.trouble.empty())
    line << ": " << node.trouble;
  line << '\n';
  return line.str();
}

// Why it is so stands in the log: this page is for everybody, and the reason may name hosts and customers.
std::string describe(const directory_source& source) {
  const auto since = " since " + format_rfc3339(source.since);
  switch (source.state) {
  case directory_source::state::current:
    break;
  case directory_source::state::away:
    return "directory: the database is away" + since + ", the directory in memory is served\n";
  case directory_source::state::refused:
    return "directory: what the database holds is refused" + since
           + ", the directory from before is served\n";
  }
  return "directory: as the database has it" + since + '\n';
}

} // namespace

health_answer render_livez(std::chrono::milliseconds uptime) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(uptime).count();
  return {ok, "alive for " + std::to_string(seconds) + " s\n"};
}

health_answer render_readyz(const readiness& node, bool verbose) {
  const auto reasons = reasons_against(node);
  health_answer answer;
  answer.status = reasons.empty() ? ok : unavailable;
  if (reasons.empty())
    answer.body = "ready\n";
  for (const auto& reason : reasons)
    answer.body += "not ready: " + reason + '\n';
  if (node.source && (verbose || node.source->state != directory_source::state::current))
    answer.body += describe(*node.source);
  if (verbose)
    for (const auto& link : node.links)
      answer.body += describe(link, node);
  if (verbose)
    for (const auto& other : node.nodes)
      answer.body += describe(other, node.now);
  return answer;
}

} // namespace rollcall
