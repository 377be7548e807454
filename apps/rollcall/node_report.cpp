#include "apps/rollcall/node_report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace rollcall::cli {

const std::array<column, 5> switch_columns = {{{"switch"},
                                               {"connected"},
                                               {"snapshot"},
                                               {"calls", column::kind::number},
                                               {"unverified", column::kind::number}}};

namespace {

// Takes what stands before `end` from the front of `rest`, and `end` with it.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at + end.size());
  return taken;
}

std::optional<std::int64_t> count_of(std::optional<std::string_view> digits) {
  std::int64_t count = 0;
  if (!digits || std::from_chars(digits->data(), digits->data() + digits->size(), count).ec != std::errc{})
    return std::nullopt;
  return count;
}

// A line such as `switch sbc-1: connected, synced, 120 calls, 0 unverified`.
std::optional<boost::json::object> switch_of(std::string_view line) {
  constexpr std::string_view before = "switch ";
  if (!line.starts_with(before))
    return std::nullopt;
  line.remove_prefix(before.size());
  const auto name = take_until(line, ": ");
  const auto connected = take_until(line, ", ");
  const auto snapshot = take_until(line, ", ");
  const auto calls = count_of(take_until(line, " calls, "));
  const auto unverified = count_of(take_until(line, " unverified"));
  if (!name || !connected || !snapshot || !calls || !unverified)
    return std::nullopt;
  return boost::json::object{{switch_columns[0].key, *name},
                             {switch_columns[1].key, *connected == "connected"},
                             {switch_columns[2].key, *snapshot},
                             {switch_columns[3].key, *calls},
                             {switch_columns[4].key, *unverified}};
}

// A line such as `switch sbc-2: connected to node node-b`.
std::optional<boost::json::object> moved_switch_of(std::string_view line) {
  constexpr std::string_view before = "switch ";
  if (!line.starts_with(before))
    return std::nullopt;
  line.remove_prefix(before.size());
  const auto name = take_until(line, ": connected to node ");
  if (!name)
    return std::nullopt;
  return boost::json::object{{"switch", *name}, {"node", line}};
}

// A line such as `node node-b: up for 61 s, round trip 0.4 ms, at 10.0.0.2:4242`, or
// `node node-c: missing for 3 s, at 10.0.0.3:4242: no answer to a ping in time`.
std::optional<boost::json::object> node_of(std::string_view line) {
  constexpr std::string_view before = "node ";
  if (!line.starts_with(before))
    return std::nullopt;
  line.remove_prefix(before.size());
  // An address that stands for a node has colons of its own, but no blank behind them.
  const auto name = take_until(line, ": ");
  if (!name || (!line.starts_with("up") && !line.starts_with("missing")))
    return std::nullopt;
  boost::json::object node{{"node", *name}, {"up", line.starts_with("up")}, {"state", line}};
  if (auto rest = line; take_until(rest, " for "))
    if (const auto seconds = count_of(take_until(rest, " s")))
      node["for_seconds"] = *seconds;
  if (auto rest = line; take_until(rest, "round trip "))
    if (const auto trip = take_until(rest, " ms"))
      node["round_trip_ms"] = std::strtod(std::string{*trip}.c_str(), nullptr);
  if (auto rest = line; take_until(rest, "clock off by "))
    if (const auto off = take_until(rest, " s"))
      node["clock_offset_s"] = std::strtod(std::string{*off}.c_str(), nullptr);
  if (line.find(", another directory") != std::string_view::npos)
    node["other_directory"] = true;
  return node;
}

} // namespace

boost::json::object node_report(std::string_view page) {
  constexpr std::string_view not_ready = "not ready: ";
  constexpr std::string_view audit_log = "audit log: ";
  constexpr std::string_view of_directory = "directory: ";
  constexpr std::string_view this_node = "this node: ";
  std::optional<std::string_view> own_id;
  std::string_view own_version;
  boost::json::array reasons;
  boost::json::array switches;
  boost::json::array elsewhere;
  boost::json::array nodes;
  boost::json::array other;
  std::string_view audit;
  std::string_view directory;
  bool ready = false;
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    if (line == "ready")
      ready = true;
    else if (line.starts_with(not_ready))
      reasons.emplace_back(line.substr(not_ready.size()));
    else if (line.starts_with(this_node)) {
      own_version = line.substr(this_node.size());
      own_id = take_until(own_version, ", version ");
      if (!own_id)
        other.emplace_back(line);
    } else if (auto told = switch_of(line))
      switches.push_back(std::move(*told));
    else if (auto moved = moved_switch_of(line))
      elsewhere.push_back(std::move(*moved));
    else if (auto node = node_of(line))
      nodes.push_back(std::move(*node));
    else if (line.starts_with(audit_log))
      audit = line.substr(audit_log.size());
    else if (line.starts_with(of_directory))
      directory = line.substr(of_directory.size());
    else if (!line.empty())
      other.emplace_back(line);
  }
  boost::json::object report{{"ready", ready},
                             {"reasons", std::move(reasons)},
                             {"switches", std::move(switches)},
                             {"elsewhere", std::move(elsewhere)},
                             {"nodes", std::move(nodes)},
                             {"other", std::move(other)}};
  if (own_id) {
    report["node"] = *own_id;
    report["version"] = own_version;
  }
  if (!audit.empty())
    report["audit_log"] = audit;
  if (!directory.empty())
    report["directory"] = directory;
  return report;
}

} // namespace rollcall::cli
