#include "transport/metrics/health.hpp"

#include <vector>

namespace rollcall {

namespace {

constexpr unsigned ok = 200;
constexpr unsigned unavailable = 503;

std::vector<std::string> reasons_against(const readiness& node) {
  std::vector<std::string> reasons;
  if (!node.directory_loaded)
    reasons.emplace_back("the directory is not loaded");
  if (!node.links_known)
    reasons.emplace_back("the state of the switches is not known: the node is too busy");
  for (const auto& link : node.links) {
    if (link.synced)
      continue;
    if (link.connected)
      reasons.push_back("switch " + link.name.value() + " has not told all its calls yet");
    else if (node.uptime < node.ready_grace)
      reasons.push_back("switch " + link.name.value() + " has not connected yet");
  }
  return reasons;
}

std::string describe(const link_status& link) {
  const auto* sync = link.synced ? "synced" : "not synced";
  if (link.in_snapshot)
    sync = "in snapshot";
  return "switch " + link.name.value() + ": " + (link.connected ? "connected, " : "not connected, ") + sync
         + ", " + std::to_string(link.calls) + " calls, " + std::to_string(link.unverified) + " unverified\n";
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
      answer.body += describe(link);
  return answer;
}

} // namespace rollcall
