#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/clock_offset.hpp"
#include "domain/base/log_throttle.hpp"
#include "domain/base/peer_clock.hpp"
#include "domain/cluster/shared_secret.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// How the cluster behaves towards this node, and whom it tells.
struct cluster_settings {
  std::uint64_t incarnation = 0;
  shared_secret secret;          ///< told to the other nodes; none where one is configured
  bool missing_is_fault = false; ///< `missing_node = "fault"`
  bool clustered = false;        ///< it will be given a mesh, by which others are looked for
  bool own_thread = false;       ///< signs of life do not wait behind a million calls
  /// Another node's secret has taken the place of `secret`. Called on a thread of the actor system.
  std::function<void(const shared_secret&)> on_secret_taken = [](const shared_secret&) {};
  known_members members; ///< that it remembers from before it was started
  /// What is to be remembered over a restart has changed. Called on a thread of the actor system.
  std::function<void(known_members)> on_members = [](known_members) {};
  /// There is a new view. Called on a thread of the actor system.
  std::function<void()> on_view = [] {};
  std::vector<std::string> feeds; ///< addresses at which switches reach this node
  /// A drain begins (true), or was given up (false): no switch is to connect here, or again. Called on a
  /// thread of the actor system.
  std::function<void(bool)> on_drain = [](bool) {};
  /// The switches are handed over: this node is to stop. Called on a thread of the actor system.
  std::function<void()> on_drained = [] {};
};

//   a node:  unknown ─joined─► connected ──its member──► introduced ──pong──► up
//               ▲ (missing)        │                         │                │ no pong in time: dropped
//               └──────────────────┴──── connection gone ────┴────────────────┘

/// The state of the cluster actor. A connection proves nothing, for a frozen node's kernel keeps it up: a
/// node is up while it answers pings.
struct cluster_state {
  static inline const char* name = "cluster";

  explicit cluster_state(cluster_actor::pointer ptr) : self(ptr) {}

  void on_connected(const node_hello& theirs, std::uint64_t connection,
                    const caf::strong_actor_ptr& published);
  void on_disconnected(const node_id& node, std::uint64_t connection, const std::string& why);
  wire::node_identity introduced(const wire::node_identity& theirs, const caf::strong_actor_ptr& member);
  wire::heartbeat pinged(const wire::heartbeat& theirs);
  caf::result<attached> attach(const attach_request& request);
  void own_claims_changed();
  void own_directory_changed(directory_ptr dir);
  void own_secret_changed(const shared_secret& own);
  void reconfigured(bool missing_is_fault);
  void begin(node_mesh_ptr with_mesh);
  void tick();
  caf::result<caf::ok_atom> drain(bool all_or_none);
  caf::result<caf::ok_atom> leave();
  caf::result<caf::ok_atom> inherit(const std::string& from, const switch_name& of);
  caf::result<caf::ok_atom> forget(const std::string& who);

  cluster_actor::pointer self;
  context_ptr context;
  cluster_settings settings;
  node_actor node;
  wire::member_actor own_member;
  node_mesh_ptr mesh;

private:
  struct peer {
    std::uint64_t incarnation = 0;
    std::uint64_t connection = 0;        ///< 0: none
    std::uint64_t connection_change = 0; ///< another one with every connection that comes or goes
    std::string address;
    wire::member_actor actor; ///< null until it has introduced itself
    bool up = false;
    bool pinging = false; ///< the regular ping is under way
    std::chrono::microseconds round_trip{0};
    timestamp since;
    std::string trouble = {};
    switch_claims claims = {};
    peer_clock clock = {};
    clock_offset offset = {};
    std::string directory = {};          ///< hash; empty: not told
    boot_time differs_since = {};        ///< from this node's directory; unknown: it does not
    bool clock_told = false;             ///< in the log, that it is off
    bool directory_told = false;         ///< and that it differs
    bool secret_told = false;            ///< and that only one of the two has a configured secret
    std::vector<std::string> feeds = {}; ///< addresses at which switches reach it
    bool draining = false;               ///< it hands its switches over
    bool leaving = false;                ///< and has: it is not missed
    std::string version = {};            ///< of its program; empty: not told
  };

  /// This node hands its switches over.
  struct drain_progress {
    std::chrono::steady_clock::time_point begun;
    std::vector<caf::typed_response_promise<caf::ok_atom>> promises; ///< of those who wait for the end
    bool for_good = false;                                           ///< the node stops, whatever comes of it
    std::set<switch_name> under_way;                ///< another node is asked to inherit these
    std::map<switch_name, std::uint64_t> inherited; ///< by another node, and the own term until then
  };

  /// A switch that has connected while this node inherits it.
  struct waiting_attach {
    attach_request request;
    caf::typed_response_promise<attached> promise;
  };

  wire::node_identity own_identity() const;
  wire::heartbeat own_heartbeat(const peer& to) const;
  void introduce_to(const std::string& who, const wire::member_actor& member);
  void ping(const std::string& who, peer& whom);
  bool is_sane(const wire::heartbeat& theirs) const;
  void heard(const std::string& who, const wire::heartbeat& theirs);
  void compare_directory(const std::string& who, peer& whom);
  void compare_clock(const std::string& who, peer& whom);
  bool other_directory(const peer& whom) const;
  void down(const std::string& who, peer& whom, const std::string& why);
  bool somebody_may_have(const switch_name& name_of) const;
  std::optional<member_state> never_met(const peer_status& status) const;
  void remember();
  std::set<std::string> configured_nodes() const;
  void yield_to_others();
  void pass_hang_ups_on();
  void pass_on(const switch_name& of);
  void pass_on(const switch_name& of, const outstanding_hang_ups_ptr& some);
  const peer* holder_of(const switch_name& of) const;
  const peer* heir_of(const switch_name& of) const;
  void publish_view();

  /// What was asked over a connection that is gone stays unanswered, which says nothing of the next one.
  void on_connection_changed(peer& whom);

  void met(const std::string& who, peer& whom);
  void take_identity(peer& whom, const wire::node_identity& theirs);
  void learn_secret(const std::string& who, peer& whom, const shared_secret& theirs);
  void tell_secret();
  void attach_now(const attach_request& request, caf::typed_response_promise<attached> promise);
  void inherited(const switch_name& of);
  bool may_inherit(const peer& whom, const switch_claim& own) const;
  bool has_successor(const switch_claim& own) const;
  bool is_handed_over(const switch_claim& own) const;
  void ask_to_inherit(const switch_claim& own);
  void advance_drain();
  void end_drain(const std::string& failure);
  void tell_all();

  directory_ptr directory_;
  member_memory memory_;
  std::uint64_t connection_changes_ = 0;
  timestamp begun_;
  std::map<std::string, peer> peers_;                                      ///< by node id
  std::map<switch_name, std::pair<std::uint64_t, std::uint64_t>> yielded_; ///< own term, to which term
  std::set<switch_name> passing_on_;                                       ///< hang-ups of these, just now
  log_throttle not_passed_on_;                                             ///< lines on that
  std::optional<drain_progress> drain_;
  bool leaving_ = false;                                          ///< the others are told
  std::map<switch_name, std::size_t> attaching_;                  ///< takeovers for connections, under way
  std::map<switch_name, std::vector<waiting_attach>> inheriting_; ///< from a node that drains, just now
};

/// Spawns the cluster actor of this node. `own_member` is what the others find.
cluster_actor spawn_cluster(caf::actor_system& system, context_ptr context, cluster_settings settings,
                            node_actor node, wire::member_actor own_member);

} // namespace rollcall
