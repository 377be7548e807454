#pragma once

#include "actors/atoms.hpp"
#include "actors/messages.hpp"
#include "domain/calls/switch_claim.hpp"
#include "domain/cluster/member_memory.hpp"
#include "domain/cluster/shared_secret.hpp"
#include "domain/history/packed_minute.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What travels between the nodes of a cluster, and the only actors that other nodes can reach. Everything
// else stays in its process. A change here is a change of the protocol: see protocol_version.
namespace rollcall::wire {

/// Nodes of different versions refuse each other.
constexpr std::uint32_t protocol_version = 10;

/// CAF 0.17 sends no std::optional: none or one. Not of bytes, for whose length it makes room before it reads
/// them.
template <class T>
using maybe = std::vector<T>;

/// A call_filter as it travels: patterns as they are written, times in microseconds.
struct filter {
  maybe<std::int64_t> vendor;
  maybe<std::int64_t> connection;
  maybe<std::string> node;
  maybe<std::string> source;
  maybe<std::vector<std::string>> only;
  maybe<std::string> cli;
  maybe<std::string> cld;
  maybe<std::string> sip_call_id;
  maybe<std::string> media_ip;
  maybe<std::string> direction;
  std::uint8_t states = 0;
  maybe<std::int64_t> least_duration;
  maybe<std::int64_t> most_duration;
  maybe<std::int64_t> least_delay;
  maybe<std::int64_t> most_delay;
  maybe<std::int64_t> least_age;
  maybe<std::int64_t> suspect; ///< 0 or 1; each node looks by its own limits

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, filter& x) {
    return f(x.vendor, x.connection, x.node, x.source, x.only, x.cli, x.cld, x.sip_call_id, x.media_ip,
             x.direction, x.states, x.least_duration, x.most_duration, x.least_delay, x.most_delay,
             x.least_age, x.suspect);
  }
};

/// listAllCalls, listActiveCalls: a call_query as it travels. From a cluster list query or a takeover to the
/// members of other nodes, which answer with a list_opening.
struct list_query {
  std::int64_t scope = 0;
  bool recursive = true;
  bool active_only = false;
  maybe<std::int64_t> account;
  maybe<std::string> account_name;
  wire::filter filter;
  std::uint8_t order = 0;
  maybe<std::uint64_t> limit; ///< offset included: the rows are merged with those of others
  std::int64_t now = 0;       ///< microseconds since the epoch: for which running times are compared
  /// Not a scope's calls but those of this switch, all of them.
  std::string of_switch;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, list_query& x) {
    return f(x.scope, x.recursive, x.active_only, x.account, x.account_name, x.filter, x.order, x.limit,
             x.now, x.of_switch);
  }
};

/// Rows of a list in order, as packed_rows.hpp has them; some defaults::batch_bytes.
struct list_batch {
  std::string rows;
  bool last = false;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, list_batch& x) {
    return f(x.rows, x.last);
  }
};

/// A list on its way to another node. Ends with the last batch, with whoever asked for it, or when nobody
/// asks for more.
using list_export_actor = caf::typed_actor<
    // The next rows. From the import or the takeover of the node that reads the list, which may ask for
    // several batches at once.
    caf::replies_to<atom::more>::with<list_batch>,
    // Nobody wants the rest. From the same.
    caf::reacts_to<atom::left>>;

/// The beginning of a list: the answer to a list_query.
struct list_opening {
  switch_claims claims;       ///< of the node, before it gathered
  list_batch first;           ///< most lists are no longer
  list_export_actor exporter; ///< of what follows; null when `first` is all

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, list_opening& x) {
    return f(x.claims, x.first, x.exporter);
  }
};

/// A watch_request as it travels. From a watch import to the member of another node.
struct watch_query {
  list_query of; ///< scope, accounts and filter count
  // Everything up to here was told; 0: nothing.
  std::uint64_t log = 0;
  std::uint64_t position = 0;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, watch_query& x) {
    return f(x.of, x.log, x.position);
  }
};

/// A watch_batch as it travels, or a part of one.
struct watch_batch {
  std::string rows;  ///< as packed_rows.hpp has them
  std::string kinds; ///< a byte for each row: as what it is told, see watch_format.hpp
  bool begins = false;
  bool synced = false;
  std::uint64_t listings = 0;
  std::uint64_t log = 0; ///< 0: it has no place
  std::uint64_t position = 0;
  std::vector<std::pair<std::string, std::uint64_t>> held; ///< by the name of the switch
  std::vector<std::string> distrusted;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, watch_batch& x) {
    return f(x.rows, x.kinds, x.begins, x.synced, x.listings, x.log, x.position, x.held, x.distrusted);
  }
};

/// A watcher as another node sees it. It ends when the actor that asked for it ends.
using watch_export_actor = caf::typed_actor<
    // The next batch, see watcher_actor. From the watch import of the node that watches.
    caf::replies_to<atom::more>::with<watch_batch>,
    // Tell all calls of this switch again. From the same.
    caf::reacts_to<atom::again, std::string>,
    // Nobody watches any more. From the same.
    caf::reacts_to<atom::left>>;

/// The answer to a watch_query.
struct watch_opening {
  watch_export_actor exporter;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, watch_opening& x) {
    return f(x.exporter);
  }
};

/// getAccountCallStats, getAccountCallStatsCustomer, getNetwork, getLimits. From a cluster stats query to the
/// members of other nodes, which answer with counts.
struct stats_query {
  std::int64_t scope = 0;
  bool recursive = false;
  bool by_switch = false; ///< all accounts together, as the account of no number, and the switches' events
  /// Only what counts for somebody who has a limit (limited_stats()), by the directory of this hash; all that
  /// there is where the node has another one. Empty: all that there is.
  std::string limits_by = {};

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, stats_query& x) {
    return f(x.scope, x.recursive, x.by_switch, x.limits_by);
  }
};

/// The counts of one account's calls on one switch.
struct account_counts {
  account_key account;
  std::uint32_t source = 0; ///< index of the switch among the claims
  state_counts counts;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, account_counts& x) {
    return f(x.account, x.source, x.counts);
  }
};

/// Some of the counts, defaults::counts_at_once at most.
struct counts_batch {
  std::vector<account_counts> accounts;
  bool last = false;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, counts_batch& x) {
    return f(x.accounts, x.last);
  }
};

/// Counts on their way to another node. It ends with the last batch, when the worker that asked for it ends,
/// or when nobody asks for more.
using counts_export_actor = caf::typed_actor<
    // The next ones. From the cluster query of the node that asked.
    caf::replies_to<atom::more>::with<counts_batch>,
    // Nobody wants the rest. From the same.
    caf::reacts_to<atom::left>>;

/// The answer to a stats_query.
struct counts {
  switch_claims claims;         ///< of the node, before it counted
  counts_batch first;           ///< mostly all of them
  counts_export_actor exporter; ///< of what follows; null when `first` is all
  /// Of each claim's switch within event_meter::window; none unless asked for by switch.
  std::vector<std::uint32_t> events = {};

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, counts& x) {
    return f(x.claims, x.first, x.exporter, x.events);
  }
};

/// disconnectCall, disconnectAccount, disconnectCustomer: exactly one target is set, as in
/// disconnect_request. From a cluster disconnect to the members of other nodes, which answer with a
/// disconnect_answer.
struct disconnect_order {
  std::int64_t scope = 0;
  maybe<std::string> call;
  maybe<std::int64_t> account;
  maybe<std::string> account_name;
  maybe<std::int64_t> customer;
  // Who asked, for the audit log of the node that carries it out.
  std::int64_t when = 0;
  std::int64_t who = 0;
  std::string login;
  std::string address;
  bool trusted = false;
  std::string method;
  std::string target;
  std::string asked; ///< the node that was asked
  // By the steady clock of the node that carries it out, in microseconds.
  std::int64_t arrived = 0; ///< calls that began later are not meant
  std::int64_t expires = 0; ///< from then on nothing is begun
  std::string directory;    ///< hash of the one that the request was understood by
  std::string reason;       ///< as who asked has it
  // Which calls of the target.
  maybe<wire::filter> filter;
  bool recursive = true;
  maybe<node_allowance> allowed; ///< to that node; none: all that are meant
  std::string confirmation;      ///< as disconnect_request has it

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, disconnect_order& x) {
    return f(x.scope, x.call, x.account, x.account_name, x.customer, x.when, x.who, x.login, x.address,
             x.trusted, x.method, x.target, x.asked, x.arrived, x.expires, x.directory, x.reason, x.filter,
             x.recursive, x.allowed, x.confirmation);
  }
};

/// How many calls an order would mean: a preview_request as it travels. From a cluster preview to the members
/// of other nodes, which answer with a preview_answer.
struct preview_query {
  disconnect_order of;
  std::int64_t at = 0; ///< for which ages are taken, unless `of` was counted before: microseconds since the
                       ///< epoch, by the clock of the node that counts

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, preview_query& x) {
    return f(x.of, x.at);
  }
};

/// What a node has counted.
struct preview_answer {
  switch_claims claims; ///< of the node, before it counted
  node_mark mark;
  std::vector<switch_matches> switches;
  bool found = false;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, preview_answer& x) {
    return f(x.claims, x.mark, x.switches, x.found);
  }
};

/// What a node did of an order.
struct disconnect_answer {
  switch_claims claims; ///< of the node, before it sent anything
  std::vector<switch_outcome> switches;
  std::uint64_t unknown = 0; ///< as node_disconnect_answer has them
  bool audited = true;
  bool found = false;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, disconnect_answer& x) {
    return f(x.claims, x.switches, x.unknown, x.audited, x.found);
  }
};

/// A part of a minute that a node has counted, or all of it; some defaults::batch_bytes. From its sampler to
/// the members of other nodes, one part after the other.
struct history_part {
  std::string node;
  std::int64_t start = 0;   ///< of the minute, seconds since the epoch
  std::uint8_t moments = 0; ///< as counted_minute has them
  bool complete = true;
  std::uint32_t number = 0; ///< 0, 1, … within its minute
  bool last = false;
  packed_rows_blocks blocks;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, history_part& x) {
    return f(x.node, x.start, x.moments, x.complete, x.number, x.last, x.blocks);
  }
};

/// Who a node is, for the actors of the others. From the node that connected, and in answer to it.
struct node_identity {
  std::string node;
  std::uint64_t incarnation = 0;
  shared_secret secret;           ///< none where one is configured
  std::vector<std::string> feeds; ///< addresses at which switches reach it
  std::string version = {};       ///< of its program

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, node_identity& x) {
    return f(x.node, x.incarnation, x.secret, x.feeds, x.version);
  }
};

/// What a node says in every ping, and of itself in the answer.
struct heartbeat {
  std::string node;
  std::uint64_t incarnation = 0;
  switch_claims claims;
  bool knows_you = false; ///< the one it is sent to has introduced itself
  std::int64_t clock = 0; ///< its steady clock (CLOCK_BOOTTIME), in microseconds
  std::int64_t time = 0;  ///< its time of day, in microseconds since the epoch
  std::string directory;  ///< hash of its directory; empty: it has none yet
  known_members members;  ///< of the cluster, as it remembers them
  bool draining = false;  ///< it hands its switches over, and takes none
  bool leaving = false;   ///< and has: nobody is to miss it

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, heartbeat& x) {
    return f(x.node, x.incarnation, x.claims, x.knows_you, x.clock, x.time, x.directory, x.members,
             x.draining, x.leaving);
  }
};

/// What a node is to the others: the one actor that they find behind a connection.
using member_actor = caf::typed_actor<
    // The node that connected, and its own member_actor. From its cluster actor. The answer is the card of
    // this one.
    caf::replies_to<atom::joined, node_identity, caf::strong_actor_ptr>::with<node_identity>,
    // A sign of life. From the cluster actor: every defaults::ping_interval, and when claims change.
    caf::replies_to<atom::ping, heartbeat>::with<heartbeat>,
    // From a cluster list query, or from a takeover for all calls of a switch. Fails with too_late.
    caf::replies_to<list_query>::with<list_opening>,
    // From a watch import. Fails with too_late.
    caf::replies_to<watch_query>::with<watch_opening>,
    // From a cluster stats query. Fails with too_late.
    caf::replies_to<stats_query>::with<counts>,
    // From a cluster preview. Fails with too_late, other_directory or restarted.
    caf::replies_to<preview_query>::with<preview_answer>,
    // From a cluster disconnect. The answer is what was done. Fails with expired, other_directory,
    // restarted or busy when nothing of it was begun; any other error says nothing of that.
    caf::replies_to<disconnect_order>::with<disconnect_answer>,
    // A switch, by its name, has connected elsewhere with this epoch, from this host. From a takeover. The
    // answer is what is here of it. Fails with unknown_switch, stale_epoch, two_hosts, or expired when the
    // sender inherits and this node drains no more.
    caf::replies_to<atom::release, std::string, std::uint64_t, switch_host>::with<released>,
    // Take over what a node, which drains, has of a switch; the names of both. From the cluster actor of that
    // node. Fails with busy, draining or unknown_node.
    caf::replies_to<atom::inherit, std::string, std::string>::with<caf::ok_atom>,
    // Hang-ups of a switch that is here, by its name. From a cluster actor, whose link keeps them until this
    // is answered. Fails with unknown_switch or busy.
    caf::replies_to<atom::resume, std::string, outstanding_hang_ups>::with<caf::ok_atom>,
    // Hand over all switches and leave, unless it is later than this by the receiver's own steady clock, in
    // microseconds. From node orders. Answered when they are handed over; fails with expired or not_drained.
    caf::replies_to<atom::drain, std::int64_t>::with<caf::ok_atom>,
    // A part of a minute that was counted. From the history sampler of the node that has counted it.
    caf::reacts_to<history_part>>;

} // namespace rollcall::wire

CAF_BEGIN_TYPE_ID_BLOCK(rollcall_wire, caf::id_block::rollcall::end)
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::account_id))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::account_key))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::node_id))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::shared_secret))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::switch_name))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::list_query))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::list_batch))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::list_opening))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::watch_query))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::watch_batch))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::watch_opening))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::stats_query))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::counts))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::counts_batch))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::preview_query))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::preview_answer))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::disconnect_order))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::disconnect_answer))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::history_part))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::node_identity))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::wire::heartbeat))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::outstanding_hang_ups))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::released))
CAF_ADD_TYPE_ID(rollcall_wire, (rollcall::switch_host))
CAF_END_TYPE_ID_BLOCK(rollcall_wire)
