#pragma once

#include "actors/atoms.hpp"
#include "actors/interfaces/links.hpp"
#include "actors/messages.hpp"
#include "actors/node_mesh.hpp"
#include "actors/wire.hpp"
#include "domain/cluster/shared_secret.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

// The cluster actor, what other nodes find of this one, and orders to nodes. What nodes say to each other is
// in wire.hpp.

namespace rollcall {

/// The cluster: knows the other nodes, says who is up, and makes way for switches that move. One node is a
/// cluster of one.
using cluster_actor = attach_actor::extend<
    // By which it is joined to the others. From the daemon, before anything else; never for a cluster of one.
    caf::reacts_to<node_mesh_ptr>,
    // A connection of this number to that node is up. With the node's member where this node has dialled,
    // else null: the other one introduces itself. From the mesh.
    caf::reacts_to<atom::joined, node_hello, std::uint64_t, caf::strong_actor_ptr>,
    // The connection of this number to that node is gone, and why. From the mesh.
    caf::reacts_to<atom::left, node_id, std::uint64_t, std::string>,
    // Another node introduces itself, with its member. From the member, as the one that follows. The answer
    // is this node's card.
    caf::replies_to<atom::joined, wire::node_identity, caf::strong_actor_ptr>::with<wire::node_identity>,
    // A sign of life of another node, and what it has to tell. The answer is what this one has.
    caf::replies_to<atom::ping, wire::heartbeat>::with<wire::heartbeat>,
    // By which this node answers from now on. From the member.
    caf::reacts_to<directory_ptr>,
    // The claims of this node have changed. From the thread that has changed them (claim_table).
    caf::reacts_to<caf::update_atom>,
    // What other nodes are told from now on; none where one is configured. From the daemon.
    caf::reacts_to<shared_secret>,
    // The configuration has changed: nodes that are away and no peers of it are not missed any more. The
    // flag: a missing node is a fault. From the daemon.
    caf::reacts_to<atom::forget, bool>,
    // From itself, every defaults::ping_interval: ping everyone.
    caf::reacts_to<caf::tick_atom>,
    // Have others take over the switches; the flag: all of them or none. From node orders, the member and the
    // daemon that stops. Answered when they have; fails with not_drained.
    caf::replies_to<atom::drain, bool>::with<caf::ok_atom>,
    // Nobody is to miss this node. From the daemon that stops, after a drain. Answered when every node that
    // is up knows, or had defaults::leave_deadline.
    caf::replies_to<atom::left>::with<caf::ok_atom>,
    // Take over what a node, which drains, has of a switch; the names of both. From the member. Answered when
    // it is here; fails with busy, draining, unknown_node, or as an attach.
    caf::replies_to<atom::inherit, std::string, std::string>::with<caf::ok_atom>,
    // Nobody is to miss this node, which is away. From node orders. Fails with unknown_node or node_up.
    caf::replies_to<atom::forget, std::string>::with<caf::ok_atom>>;

/// What other nodes find: wire::member_actor, and what only this process says to it.
using member_host_actor = wire::member_actor::extend<
    // By which requests of others are understood from now on. From the daemon.
    caf::reacts_to<directory_ptr>,
    // That of this node. From the daemon, before anything else.
    caf::reacts_to<cluster_actor>>;

/// Carries out what is asked of nodes, and has it written down.
using node_orders_actor = caf::typed_actor<
    // From the frontend. Answered when it is carried out and in the audit log; fails with unknown_node,
    // node_up, node_missing or not_drained.
    caf::replies_to<node_order>::with<node_order_answer>>;

} // namespace rollcall
