#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// How the cluster behaves towards this node, and whom it tells.
struct cluster_settings {
  std::uint64_t incarnation = 0;
  std::string nonce_secret;      ///< told to the other nodes
  bool missing_is_fault = false; ///< `missing_node = "fault"`
  bool own_thread = false;       ///< signs of life do not wait behind a million calls
  /// Another node's nonce secret. Called on a thread of the actor system.
  std::function<void(const std::string&)> on_secret = [](const std::string&) {};
  /// The board has a new view. Called on a thread of the actor system.
  std::function<void()> on_view = [] {};
};

//   a node:  unknown ──wire──► connected ──its member──► introduced ──pong──► up
//               ▲ (missing)        │                         │                │ no pong in time: wire dropped
//               └──────────────────┴──────── wire gone ──────┴────────────────┘

/// The state of the cluster actor. A connection proves nothing, for a frozen node's kernel keeps it up: a
/// node is up while it answers pings.
struct cluster_state {
  static inline const char* name = "cluster";

  explicit cluster_state(cluster_actor::pointer ptr) : self(ptr) {}

  void wired(const node_hello& theirs, std::uint64_t connection, const caf::strong_actor_ptr& published);
  void unwired(const node_id& node, std::uint64_t connection, const std::string& why);
  wire::card introduced(const wire::card& theirs, const caf::strong_actor_ptr& member);
  wire::news pinged(const wire::news& theirs);
  caf::result<attached> attach(const attach_request& request);
  void own_claims_changed();
  void reconfigured(bool missing_is_fault);
  void begin(node_mesh_ptr wires);
  void tick();

  cluster_actor::pointer self;
  context_ptr context;
  cluster_settings settings;
  node_actor node;
  wire::member_actor own_member;
  node_mesh_ptr mesh;

private:
  struct peer {
    std::uint64_t incarnation = 0;
    std::uint64_t connection = 0; ///< 0: none
    std::uint64_t wiring = 0;     ///< another one with every connection that comes or goes
    std::string address;
    wire::member_actor actor; ///< null until it has introduced itself
    bool up = false;
    bool pinging = false; ///< the regular ping is under way
    std::chrono::microseconds round_trip{0};
    timestamp since;
    std::string trouble = {};
    switch_claims claims = {};
  };

  wire::card own_card() const;
  wire::news own_news(const peer& to) const;
  void introduce_to(const std::string& name, const wire::member_actor& member);
  void ping(const std::string& name, peer& whom);
  void heard(const std::string& name, const wire::news& theirs);
  void down(const std::string& name, peer& whom, const std::string& why);
  bool somebody_may_have(const switch_name& name_of) const;
  std::optional<member_state> never_met(const peer_status& wire) const;
  void yield_to_others();
  void put_up_view();

  /// What was asked over a connection that is gone stays unanswered, which says nothing of the next one.
  void rewired(peer& whom);

  std::uint64_t wirings_ = 0;
  timestamp begun_;
  std::map<std::string, peer> peers_;                                      ///< by node id
  std::map<switch_name, std::pair<std::uint64_t, std::uint64_t>> yielded_; ///< own term, to which term
};

/// Spawns the cluster actor of this node. `own_member` is what the others find.
cluster_actor spawn_cluster(caf::actor_system& system, context_ptr context, cluster_settings settings,
                            node_actor node, wire::member_actor own_member);

} // namespace rollcall
