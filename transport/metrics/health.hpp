#pragma once

#include "actors/audit_backlog.hpp"
#include "actors/cluster_view.hpp"
#include "actors/messages.hpp"
#include "transport/metrics/directory_source.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What /readyz is decided by.
struct readiness {
  std::string node;              ///< this one's id
  std::string version;           ///< of the program
  bool directory_loaded = false; ///< there is one to serve
  std::optional<directory_source> source;
  bool links_known = true;        ///< false when the node did not tell the state of its links in time
  link_statuses links;            ///< of every configured switch
  std::vector<std::string> notes; ///< what else is to be known of switches, a line each
  std::function<bool(const switch_name&)> shows; ///< which switches may be named; empty: every one
  bool draining = false;                         ///< the node hands over its switches, to leave
  std::vector<member_state> nodes;   ///< the other nodes; a missing one does not make this one unready
  std::optional<audit_status> audit; ///< a log that cannot be written does not make the node unready
  timestamp now;
  std::chrono::milliseconds uptime{0}; ///< since switches may connect
  std::chrono::milliseconds ready_grace{5'000};
};

/// An HTTP status and a text/plain body.
struct health_answer {
  unsigned status = 200;
  std::string body;
};

/// Why a node has no directory to serve.
const char* why_nobody_is_served(const std::optional<directory_source>& source);

/// The process answers, and since when.
health_answer render_livez(std::chrono::milliseconds uptime);

/// 200 when the lists can be trusted: the directory is loaded and every switch has told its calls once. A
/// switch that does not come is waited for no longer than `ready_grace` from the start; one that is telling
/// its calls for the first time, to the end, or until the link gives its snapshot up. 503 with the reasons
/// otherwise, one a line, which name nothing. `verbose` names this node (`this node: node-a, version 0.1.0`)
/// and the switches that may be named, and adds a line for each of them: `switch sbc-1: connected, synced,
/// 120 calls, 0 unverified`, one for each other node: `node node-b: up for 61 s, round trip 0.4 ms`, and one
/// for the database of the directory. When that is away, or holds what cannot be served, the line is always
/// there, and changes no status as long as the node has a directory in memory to serve. So is a line of an
/// audit log that cannot be written; `verbose` has it always.
health_answer render_readyz(const readiness& node, bool verbose);

} // namespace rollcall
