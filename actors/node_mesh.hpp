#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
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

/// One address, as /readyz and `rollcall nodes` show it.
struct peer_status {
  std::string address;
  bool configured = false;     ///< or learned from others
  bool dropped = false;        ///< configured once and no more, and its node was not met since
  bool self = false;           ///< nobody but this node answered there the last time
  std::optional<node_id> node; ///< who was last there
  bool connected = false;      ///< that node is, perhaps by another address
  timestamp since{};           ///< when it came or went; the start for one never seen
  std::uint64_t attempts = 0;  ///< since it was last there
  std::string last_error;      ///< what came of the last of them; empty when it is there
};

/// The connections to the other nodes, as the cluster's actor sees them. Any thread; nothing blocks.
class node_mesh {
public:
  virtual ~node_mesh() = default;

  /// Cuts a connection that is taken for dead, as `why` says in the log. Its node is dialled again. Nothing
  /// happens when that connection is over already.
  virtual void drop(const node_id& node, std::uint64_t connection, const std::string& why) = 0;

  /// Every address that is known but our own, the configured ones first.
  virtual std::vector<peer_status> status() const = 0;
};

using node_mesh_ptr = std::shared_ptr<node_mesh>;

} // namespace rollcall
