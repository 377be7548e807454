#pragma once

#include "domain/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall {

/// What a node says of itself to another before anything else.
struct node_hello {
  std::string cluster;            ///< nodes of another cluster are refused
  std::uint32_t protocol = 0;     ///< of the messages between nodes; another one is refused
  node_id node;                   ///< NODE_ID
  std::uint64_t incarnation = 0;  ///< of this run of the node: random, chosen at its start, never 0
  std::string address;            ///< where others reach it: host:port
  std::vector<std::string> peers; ///< addresses of others that it knows
};

/// The wires to the other nodes, as the cluster's actor sees them. Any thread; nothing blocks.
class node_mesh {
public:
  virtual ~node_mesh() = default;

  /// Cuts a connection that is taken for dead, as `why` says in the log. Its node is dialled again. Nothing
  /// happens when that connection is over already.
  virtual void drop(const node_id& node, std::uint64_t connection, const std::string& why) = 0;
};

} // namespace rollcall
