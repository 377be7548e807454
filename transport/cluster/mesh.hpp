#pragma once

#include "actors/node_mesh.hpp"
#include "domain/base/time.hpp"
#include "transport/cluster/limits.hpp"
#include "transport/cluster/metrics.hpp"
#include "transport/net/tls.hpp"

#include <caf/actor_control_block.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace caf {
class actor_system;
}

namespace rollcall::cluster {

/// Who this node is and whom it is to find.
struct settings {
  /// `self.address` empty: the address that listens, or, when that stands for every interface, whatever the
  /// others see us under. `self.peers` is filled in by the mesh.
  node_hello self;
  std::string listen;             ///< "host:port" or "[v6]:port"; port 0 picks a free one
  std::vector<std::string> peers; ///< where others are, host:port; our own address among them does no harm
  net::tls_context tls;           ///< of net::make_peer_tls_context(); null: plain, and loopback alone
  std::string secret;             ///< without TLS: only nodes that know it get in; empty: only `peers` do
  limits bounds;
};

/// What the others get from us when they connect, and we from them.
struct published_actor {
  caf::strong_actor_ptr actor;
  std::set<std::string> interface; ///< actor_system::message_types() of its handle; both sides' must be equal
};

/// What happens to connections, in order for each node. Called one at a time, on threads of the io_context or
/// of the mesh's caller; must not block and must not destroy the mesh.
struct events {
  /// A node is there. `connection` is never used again. `published` is null on the side that was dialled: the
  /// other one speaks first.
  std::function<void(const node_hello& theirs, std::uint64_t connection, bool dialled,
                     const caf::strong_actor_ptr& published)>
      connected;

  /// It is gone: once for each connected, whoever cut it. CAF's monitors tell of its actors too, before or
  /// after.
  std::function<void(const node_id& node, std::uint64_t incarnation, std::uint64_t connection,
                     const std::string& why)>
      disconnected;
};

/// The connections between the nodes of a cluster: keeps exactly one connection to every node that it can
/// find.
///
/// CAF's protocol BASP speaks over it but owns no socket: its connect blocks, it has no deadlines, and it
/// allocates what a stranger's header says. So sockets, TLS and a hello are ours (hello.hpp), with a deadline
/// for each phase, and only for a node that has shown who it is BASP gets one end of a socketpair, whose
/// other end is joined with the connection (node_connection.hpp). What comes in is checked by its headers
/// before BASP sees it (basp_frames.hpp). No port of BASP is ever open.
///
/// Runs on the threads that run the io_context. Members are for any thread and do not block; listen() is
/// called once. The io_context must outlive the mesh. Both must end before the actor system does, which must
/// have loaded io::middleman.
///
/// Between nodes, actors must neither pass on handles of third nodes nor delegate to a node what another node
/// has asked: BASP routes such messages through a third node, and that cuts the connection.
class mesh : public node_mesh {
public:
  /// Throws std::invalid_argument when an address is none, or is not of this machine while there is no TLS.
  mesh(boost::asio::io_context& io, caf::actor_system& system, settings with, published_actor published,
       events tell);

  /// Stops; no event comes after it.
  ~mesh() override;

  mesh(const mesh&) = delete;
  mesh& operator=(const mesh&) = delete;

  /// Opens the listening address and begins to dial. Returns the port. Throws std::system_error that names
  /// the address when it cannot be bound.
  std::uint16_t listen();

  void drop(const node_id& node, std::uint64_t connection, const std::string& why) override;

  /// Whom to find from now on (a reload). Those who are connected stay. Throws as the constructor does.
  void set_peers(std::vector<std::string> peers);

  /// The identity of connections from now on. Those that are there keep theirs, unless none of its
  /// authorities vouches for the other end any more: these are cut. Null only where it was null.
  void set_tls(net::tls_context identity);

  /// The secret of connections from now on. The one before is good for `secret_overlap` more, so that nodes
  /// can be told one after the other.
  void set_secret(const std::string& secret);

  std::vector<peer_status> status() const override;

  const metrics& counters() const noexcept;

  /// Closes everything, for good; `disconnected` comes for each node.
  void stop();

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace rollcall::cluster
