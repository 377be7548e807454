#include "transport/cluster/admission.hpp"

#include "transport/net/host_port.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::cluster {

namespace {

const standing* find(std::span<const standing> held, const auto& matches) {
  const auto found = std::find_if(held.begin(), held.end(), matches);
  return found == held.end() ? nullptr : &*found;
}

const standing* find(std::span<const standing> held, const node_id& node) {
  return find(held, [&](const standing& each) { return each.node == node; });
}

std::string quoted(const node_id& node) { return "'" + node.value() + "'"; }

/// What is wrong whoever dialled.
std::optional<refused> objection(const greeting& mine, const greeting& theirs, const std::string& address,
                                 std::span<const standing> held) {
  const auto refuse = [&](refusal why, std::string message) {
    return refused{why, std::move(message), mine.of.node};
  };
  if (theirs.of.cluster != mine.of.cluster)
    return refuse(refusal::wrong_cluster,
                  "'" + theirs.of.cluster + "' is not this cluster, which is '" + mine.of.cluster + "'");
  if (theirs.of.incarnation == mine.of.incarnation)
    return refuse(refusal::self, "that is the node itself");
  if (theirs.of.node == mine.of.node)
    return refuse(refusal::same_node, "two nodes have the id " + quoted(mine.of.node) + ": one at " + address
                                          + ", one at " + mine.of.address + "; give each its own node.id");
  if (theirs.runtime == mine.runtime)
    return refuse(refusal::same_runtime, quoted(theirs.of.node) + " at " + address + " and "
                                             + quoted(mine.of.node) + " at " + mine.of.address
                                             + " cannot be told apart: their hosts have the same network and "
                                               "disk addresses and both processes the same number");
  if (const auto* other = find(held, theirs.of.node); other && other->incarnation != theirs.of.incarnation)
    return refuse(refusal::same_node, "two nodes have the id " + quoted(theirs.of.node) + ": one at "
                                          + address + ", one connected at " + other->address
                                          + "; if the latter is dead this passes in seconds");
  const auto looks_like = [&](const standing& each) {
    return each.runtime == theirs.runtime && each.node != theirs.of.node;
  };
  if (const auto* other = find(held, looks_like))
    return refuse(refusal::same_runtime, quoted(theirs.of.node) + " at " + address + " and "
                                             + quoted(other->node) + " at " + other->address
                                             + " cannot be told apart: their hosts have the same network and "
                                               "disk addresses and both processes the same number");
  return std::nullopt;
}

refused duplicate(const greeting& mine, const greeting& theirs) {
  return {refusal::duplicate, quoted(theirs.of.node) + " is connected already", mine.of.node};
}

std::string join(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& each : names)
    all += (all.empty() ? "'" : ", '") + each + "'";
  return all.empty() ? "nobody" : all;
}

/// `localhost` is what its addresses are.
bool is_same(const std::string& one, const std::string& other) {
  if (one == other)
    return true;
  const auto a = net::parse_host_port(one);
  const auto b = net::parse_host_port(other);
  const auto is_localhost = [](const net::host_port& x) { return x.host == "localhost"; };
  const auto is_first = [](const net::host_port& x) { return x.host == "127.0.0.1" || x.host == "::1"; };
  return a && b && a->port == b->port
         && ((is_localhost(*a) && is_first(*b)) || (is_first(*a) && is_localhost(*b)));
}

} // namespace

admission_decision judge_hello(const greeting& mine, const greeting& theirs, const std::string& address,
                               std::span<const standing> held) {
  if (auto wrong = objection(mine, theirs, address, held))
    return *std::move(wrong);
  if (find(held, theirs.of.node))
    return duplicate(mine, theirs);
  return taken{};
}

admission_decision judge_welcome(const greeting& mine, const greeting& theirs, const std::string& address,
                                 std::span<const standing> held) {
  if (auto wrong = objection(mine, theirs, address, held))
    return *std::move(wrong);
  const auto* other = find(held, theirs.of.node);
  if (!other)
    return taken{};
  if (!other->dialled && theirs.of.node < mine.of.node)
    return duplicate(mine, theirs);
  return taken{other->connection};
}

std::optional<refused> doubt(const greeting& theirs, const credentials& shown, const std::string& address,
                             const std::vector<std::string>& peers) {
  switch (shown.how) {
  case credentials::by::secret:
    return std::nullopt;
  case credentials::by::certificate:
    if (std::find(shown.names.begin(), shown.names.end(), theirs.of.node.value()) != shown.names.end())
      return std::nullopt;
    return refused{refusal::wrong_certificate,
                   "the certificate is that of " + join(shown.names) + " and not that of "
                       + quoted(theirs.of.node)
                       + ": a node's id must be the common name or a DNS name of its certificate",
                   {}};
  case credentials::by::address:
    break;
  }
  const auto listed = [&](const std::string& peer) { return is_same(peer, address); };
  if (std::any_of(peers.begin(), peers.end(), listed))
    return std::nullopt;
  return refused{refusal::not_a_peer,
                 address
                     + " is not in [cluster] peers: without certificates and a secret only "
                       "nodes that list each other are let in",
                 {}};
}

bool may_name_others(const credentials& shown) { return shown.how != credentials::by::address; }

} // namespace rollcall::cluster
