#pragma once

#include "feed_fixture.hpp"
#include "transport/cluster/hello.hpp"
#include "transport/cluster/mesh.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::cluster::mesh_fixture {

using feed::testing::client;
using feed::testing::patience;

/// Says what it is told, with the name of its node.
using echo_actor = caf::typed_actor<caf::replies_to<std::string>::with<std::string>>;

/// Of nodes whose test is not about who gets in.
constexpr auto nodes_secret = "thirty-two bytes that nodes share";

/// What a test may want to be different from one node to the next.
struct node_options {
  std::string id = "node-a";
  std::vector<std::string> peers{};
  net::tls_context tls{};
  std::string secret = nodes_secret;
  std::string cluster = "test";
  std::uint32_t protocol = 1;
  limits bounds{};
};

/// One node of a cluster: an actor system with a published echo, sockets, and a mesh. Never knows others but
/// by its connections, though all are in one process.
class running_node {
public:
  struct news {
    bool connected = false;
    node_id node;
    std::uint64_t incarnation = 0;
    std::uint64_t connection = 0;
    bool dialled = false;
    caf::strong_actor_ptr published;
    std::string why;
  };

  explicit running_node(node_options options);
  ~running_node();

  mesh& operator*() { return *mesh_; }
  mesh* operator->() { return mesh_.get(); }
  caf::actor_system& system() { return system_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }
  std::uint64_t incarnation() const { return incarnation_; }

  /// All that was told so far.
  std::vector<news> told() const;

  /// Waits until `holds` for what was told; false when it never does.
  bool wait(const std::function<bool(const std::vector<news>&)>& holds) const;

  /// The connections to this node that were told and not taken back.
  static std::vector<news> up(const std::vector<news>& told, const std::string& node = {});

  /// Waits until exactly one connection to the node is up and returns it.
  std::optional<news> connected_to(const std::string& node) const;

  /// Waits until what the first node that it knows of has met last is a failure like this; false when it
  /// never is.
  bool fails(const std::string& how);

  /// What the other node's echo answers.
  std::string ask(const caf::strong_actor_ptr& echo, const std::string& text);

private:
  struct config : caf::actor_system_config {
    config();
  };
  config config_;
  caf::actor_system system_;
  boost::asio::io_context io_{2};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::uint64_t incarnation_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<news> told_;
  echo_actor echo_;
  std::unique_ptr<mesh> mesh_;
};

} // namespace rollcall::cluster::mesh_fixture
