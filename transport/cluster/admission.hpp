#pragma once

#include "transport/cluster/hello.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

/// Whether a connection to a node is wanted: pure functions of what both sides said and of the connections
/// that this side holds.
///
/// Two nodes may dial each other at once, so two connections meet, and both sides must let go of the same
/// one. Let S be the node with the smaller id and L the other; SL is dialled by S, LS by L.
///   1. A node that is asked welcomes unless it holds a connection to the asking one: then it refuses the new
///      one as a duplicate. A welcome claims the connection at once.
///   2. A node that is welcomed takes the connection and lets go of any other to that node, except that L
///      lets go of LS if it holds an SL.
/// So L decides, by what comes to it first. Is it S's hello, L claims SL and will give up LS, and S, being
/// welcomed, gives up an LS that it may have claimed. Is it S's welcome to LS, L takes LS and refuses SL, and
/// S keeps the LS that it claimed. A connection in use is given up only where the other side no longer has
/// it: its welcome says so. The one who accepted counts a connection as in use when the first bytes follow
/// the welcome, for LS may end there.
///
/// Two runs of one node never meet in this: the second is refused as long as the first one's connection
/// stands. A node that has crashed leaves none, or one that is soon found dead.
namespace rollcall::cluster {

/// A connection that this side holds: claimed, or in use.
struct standing {
  std::uint64_t connection = 0;
  node_id node;
  std::uint64_t incarnation = 0;
  std::string runtime;
  std::string address; ///< for people
  bool dialled = false;
};

/// What becomes of a connection: taken, and the other one (if any) let go, or refused.
struct taken {
  std::optional<std::uint64_t> instead_of;
};
using admission_decision = std::variant<taken, refused>;

/// One who has dialled us says hello from `address`.
admission_decision judge_hello(const greeting& mine, const greeting& theirs, const std::string& address,
                               std::span<const standing> held);

/// One whom we have dialled at `address` says welcome.
admission_decision judge_welcome(const greeting& mine, const greeting& theirs, const std::string& address,
                                 std::span<const standing> held);

/// How the other side has shown that it belongs to the cluster.
struct credentials {
  enum class by : std::uint8_t {
    certificate, ///< of the cluster's authority: TLS has verified it
    secret,      ///< it has proven that it knows the cluster's secret
    address,     ///< nothing but the address that it names: for nodes of one machine that list each other
  };
  by how = by::address;
  std::vector<std::string> names; ///< that the certificate was issued to
};

/// What is wrong with how a node shows who it is, if anything: a certificate is good for the nodes that it
/// names, and without certificate and secret only those of `peers` (host:port) get in, which are of this
/// machine then. `address` is where it was dialled, or where it says that it can be.
std::optional<refused> doubt(const greeting& theirs, const credentials& shown, const std::string& address,
                             const std::vector<std::string>& peers);

/// Whether the addresses that this node names are to be dialled: not if it has shown nothing but its own.
bool may_name_others(const credentials& shown);

} // namespace rollcall::cluster
