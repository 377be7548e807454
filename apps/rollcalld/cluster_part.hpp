#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "apps/config/config.hpp"
#include "apps/rollcalld/members_file.hpp"
#include "domain/cluster/shared_secret.hpp"
#include "transport/cluster/metrics.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace rollcall {

namespace cluster {
class mesh;
}

/// What makes this node one of several: the actor that others reach, the one that knows them, and the
/// connections between. Without `[cluster]` there are no connections: a cluster of one. One thread, unless
/// said otherwise.
class cluster_part {
public:
  /// What it is made of and whom it tells; the callbacks come on threads of the actor system.
  struct dependencies {
    boost::asio::io_context& io;
    caf::actor_system& system;
    context_ptr context;
    node_actor node;
    auditor_actor auditor;
    history_writer_actor history;
    shared_secret secret;                                      ///< for the other nodes
    std::function<void(const shared_secret&)> on_secret_taken; ///< another node's has taken its place
    std::function<void(std::function<void()>)>
        post;                           ///< has something done on the thread that may wait for disks
    std::function<void()> on_view;      ///< context->cluster has a new view; twice a second in a cluster
    std::function<void(bool)> on_drain; ///< switches are to connect to other nodes, or not any more
    std::function<void()> on_drained;   ///< they have: the node is to stop
  };

  cluster_part(dependencies at, const config& config);
  ~cluster_part();

  /// Where switches attach.
  attach_actor attach() const;

  /// By which the requests of others are understood from now on.
  void set_directory(directory_ptr dir);

  /// What other nodes are told from now on; none where one is configured.
  void set_secret(const shared_secret& secret);

  /// Opens the address and begins to look for the others. Throws unusable_config, or std::system_error when
  /// the address cannot be bound.
  void listen(const config& config);

  /// What a reload may change: peers, certificates, what a missing node means. prepare() may throw
  /// unusable_config and changes nothing; the function that it returns changes everything and does not throw.
  std::function<void()> prepare(const config& next);

  /// Hands the switches over to other nodes, as far as they have them, and has these forget this node when
  /// that was all. `done` is called once, on a thread of the actor system.
  void leave(std::function<void()> done);

  /// Who carries out what is asked of nodes.
  node_orders_actor orders() const;

  /// Parts from the others.
  void stop();

  /// Null for a cluster of one. Any thread.
  const cluster::metrics* counters() const noexcept;

private:
  dependencies at_;
  std::uint64_t incarnation_;
  std::shared_ptr<members_file> members_; ///< used by what is posted
  member_host_actor member_;
  cluster_actor cluster_;
  std::shared_ptr<cluster::mesh> mesh_;
};

} // namespace rollcall
