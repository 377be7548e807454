#include "transport/metrics/health.hpp"

#include <iomanip>
#include <sstream>
#include <vector>

namespace rollcall {

const char* why_nobody_is_served(const std::optional<directory_source>& source) {
  if (!source)
    return "the directory is not loaded";
  switch (source->state) {
  case directory_source::state::current:
    break;
  case directory_source::state::away:
    return "the database of the directory is away";
  case directory_source::state::refused:
    return "the directory in the database cannot be served";
  case directory_source::state::empty:
    return "no customers yet: rollcall init";
  }
  return "the directory is not loaded";
}

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

bool shows(const readiness& node, const link_status& link) { return !node.shows || node.shows(link.name); }

/// How many switches there is something against that are not named.
std::string counted(std::size_t count, const char* what_of_one, const char* what_of_many) {
  return count == 1 ? std::string{"1 switch "} + what_of_one
                    : std::to_string(count) + " switches " + what_of_many;
}

std::vector<std::string> reasons_against(const readiness& node, bool named) {
  std::vector<std::string> reasons;
  if (!node.directory_loaded)
    reasons.emplace_back(why_nobody_is_served(node.source));
  if (node.draining)
    reasons.emplace_back("the node is being drained");
  if (!node.links_known)
    reasons.emplace_back("the state of the switches is not known: the node is too busy");
  std::size_t untold = 0;
  std::size_t absent = 0;
  for (const auto& link : node.links) {
    const bool waited_for = link.connected ? !link.given_up : node.uptime < node.ready_grace;
    if (link.synced || node_with(link, node) || !waited_for)
      continue;
    if (named && shows(node, link))
      reasons.push_back("switch " + link.name.value()
                        + (link.connected ? " has not told all its calls yet" : " has not connected yet"));
    else
      ++(link.connected ? untold : absent);
  }
  if (absent > 0)
    reasons.push_back(counted(absent, "has not connected yet", "have not connected yet"));
  if (untold > 0)
    reasons.push_back(counted(untold, "has not told all its calls yet", "have not told all their calls yet"));
  return reasons;
}

std::string describe(const link_status& link, const readiness& here) {
  if (const auto* elsewhere = node_with(link, here))
    return "switch " + link.name.value() + ": connected to node " + elsewhere->name + '\n';
  const auto* sync = link.synced ? "synced" : "not synced";
  if (link.in_snapshot)
    sync = "in snapshot";
  auto line = "switch " + link.name.value() + ": " + (link.connected ? "connected, " : "not connected, ")
              + sync + ", " + std::to_string(link.calls) + " calls, " + std::to_string(link.unverified)
              + " unverified";
  if (link.given_up)
    line += "; its snapshot was incomplete or unreadable and was abandoned";
  if (link.refused > 0)
    line += "; " + std::to_string(link.refused) + " more calls are refused (feed.calls_per_switch)";
  if (!link.trouble.empty())
    line += "; " + link.trouble;
  return line + '\n';
}

std::string describe(const member_state& node, timestamp now) {
  std::ostringstream line;
  line << "node " << node.name << ": " << (node.up ? "up" : "missing");
  if (node.since != timestamp{})
    line << " for " << std::chrono::duration_cast<std::chrono::seconds>(now - node.since).count() << " s";
  if (node.up)
    line << ", round trip " << std::fixed << std::setprecision(1)
         << std::chrono::duration<double, std::milli>{node.round_trip}.count() << " ms";
  if (node.up && node.is_clock_off())
    line << ", clock off by " << std::showpos << std::setprecision(3)
         << std::chrono::duration<double>{node.ahead}.count() << std::noshowpos << " s";
  if (node.up && node.other_directory)
    line << ", another directory";
  if (node.up && node.draining)
    line << ", is being drained";
  if (!node.address.empty() && node.address != node.name)
    line << ", at " << node.address;
  if (!node.up && !node.trouble.empty())
    line << ": " << node.trouble;
  line << '\n';
  return line.str();
}

// Why it is so stands in the log: this page is for everybody, and the reason may name hosts and customers.
std::string describe(const directory_source& source, bool loaded) {
  const auto since = " since " + format_rfc3339(source.since);
  const auto served = [&](const char* which) {
    return loaded ? std::string{", the directory "} + which + " is served\n" : std::string{"\n"};
  };
  switch (source.state) {
  case directory_source::state::current:
    break;
  case directory_source::state::away:
    return "directory: the database is away" + since + served("in memory");
  case directory_source::state::refused:
    return "directory: what the database holds is refused" + since + served("from before");
  case directory_source::state::empty:
    return "directory: the database holds no customers" + since + served("from before");
  }
  return "directory: as the database has it" + since + '\n';
}

std::string describe(const audit_status& audit, bool verbose) {
  const auto why = [&](const std::string& text) { return verbose ? ": " + text : std::string{}; };
  std::string line = "audit log: ";
  if (audit.unwritable_since)
    line += "not written since " + format_rfc3339(*audit.unwritable_since) + why(audit.trouble);
  else
    line += "written";
  line += ", " + std::to_string(audit.waiting_bytes) + " bytes wait";
  if (audit.begun_anew)
    line += "; a new file was begun at " + format_rfc3339(*audit.begun_anew) + why(audit.loss);
  return line + '\n';
}

} // namespace

health_answer render_livez(std::chrono::milliseconds uptime) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(uptime).count();
  return {ok, "alive for " + std::to_string(seconds) + " s\n"};
}

health_answer render_readyz(const readiness& node, bool verbose) {
  const auto reasons = reasons_against(node, verbose);
  health_answer answer;
  answer.status = reasons.empty() ? ok : unavailable;
  if (reasons.empty())
    answer.body = "ready\n";
  for (const auto& reason : reasons)
    answer.body += "not ready: " + reason + '\n';
  if (verbose && !node.node.empty())
    answer.body += "this node: " + node.node + ", version " + node.version + '\n';
  if (node.source && (verbose || node.source->state != directory_source::state::current))
    answer.body += describe(*node.source, node.directory_loaded);
  if (node.audit && (verbose || node.audit->unwritable_since))
    answer.body += describe(*node.audit, verbose);
  if (verbose)
    for (const auto& link : node.links)
      if (shows(node, link))
        answer.body += describe(link, node);
  if (verbose)
    for (const auto& note : node.notes)
      answer.body += note + '\n';
  if (verbose)
    for (const auto& other : node.nodes)
      answer.body += describe(other, node.now);
  return answer;
}

} // namespace rollcall
