#pragma once

#include "actors/switch_connection.hpp"
#include "domain/audit/audit.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/switch_counts.hpp"
#include "domain/calls/switch_news.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_list.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/row_source.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

// --- requests to the front and their answers. Each carries the directory by which its caller was let in, so
// --- that one request sees one directory from beginning to end.

/// listAllCalls, listActiveCalls.
struct list_request {
  call_query query;
  directory_ptr directory;
  timestamp now = {}; ///< for which running times are told; unknown: when the list is made
};

/// The list of this node, ready to be read. Shared only because messages are; the one who asked reads it.
using call_list_ptr = std::shared_ptr<call_list>;

/// What is missing from an answer about calls, and what of it may be out of date. Sorted, each of them. The
/// API tells of every field by a header and a member of the envelope: transport/api/gaps.cpp has their names.
struct coverage {
  std::vector<std::string> unverified;           ///< switches whose calls may have changed unseen
  std::vector<std::string> missing;              ///< nodes that it leaves out
  std::vector<std::string> unknown = {};         ///< switches that have not told their calls yet
  std::vector<std::string> other_directory = {}; ///< nodes that answered from another directory
  /// Nodes whose clock is off, and by how many seconds it is ahead: `node-b +3.214`.
  std::vector<std::string> clock_offset = {};
};

/// The list of all nodes, which may still be coming. The one who asked reads it.
struct list_answer {
  std::shared_ptr<row_source> rows;
  timestamp now; ///< for which running times are told
  coverage covers = {};
};

/// getAccountCallStats, getAccountCallStatsCustomer.
struct stats_request {
  customer_id scope;
  bool recursive = false;
  directory_ptr directory;
};

struct account_stats {
  account_key account;
  switch_counts counts;
};

/// Accounts with calls, by key, as this node has them.
using stats_answer = std::vector<account_stats>;

/// As all nodes have them together.
struct stats_report {
  stats_answer accounts;
  coverage covers = {};
};

/// disconnectCall, disconnectAccount, disconnectCustomer: exactly one of the four targets is set.
struct disconnect_request {
  customer_id scope; ///< whose calls the caller may touch
  std::optional<call_id> call;
  std::optional<account_id> account;       ///< known to be in scope, or one that only a root can name
  std::optional<std::string> account_name; ///< that the directory does not know; the scope is a root
  std::optional<customer_id> customer;     ///< known to be in scope; its descendants are meant too
  directory_ptr directory;
  audit_request audit; ///< who asks, for the audit log
  // By the steady clock of the node that carries it out. Not known: as of when its front gets it.
  boot_time arrived = {}; ///< calls that began later are not meant
  boot_time expires = {}; ///< from then on nothing is begun
};

/// What came of a disconnect on one switch.
struct switch_outcome {
  std::string name;
  std::uint64_t sent = 0;    ///< disconnects sent by this request
  std::uint64_t already = 0; ///< calls that were being hung up before
  std::uint64_t failed = 0;  ///< calls that could not be reached: the switch is away
  std::uint64_t expired = 0; ///< calls that the order reached too late: nothing was sent

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_outcome& x) {
    return f(x.name, x.sent, x.already, x.failed, x.expired);
  }
};

/// What came of a disconnect on this node.
struct disconnect_answer {
  std::vector<switch_outcome> switches; ///< those that have calls which were meant, by name
  std::uint64_t unknown = 0;            ///< calls of which nothing was heard in time
  bool audited = true;                  ///< the audit log has all of it
  bool found = false;                   ///< there are calls of what was named, Dead ones included
};

/// A node that did not say in time what it has done: it may have hung calls up.
struct doubtful_node {
  std::string name;
  std::uint64_t calls = 0; ///< how many, at most; 0: not known
  friend bool operator==(const doubtful_node&, const doubtful_node&) = default;
};

/// What came of it on all nodes.
struct disconnect_report {
  bool found = true;      ///< false for a call that is unknown, out of scope or Dead, and for an account that
                          ///< neither the directory knows nor any call is of
  std::uint64_t sent = 0; ///< disconnects sent by this request
  std::uint64_t failed = 0;            ///< calls whose switch is away, or that the order reached too late
  std::vector<std::string> away;       ///< names of the switches that are away; sorted
  std::vector<std::string> late;       ///< nodes that the order, or part of it, reached too late; sorted
  std::vector<doubtful_node> doubtful; ///< where it is not known whether calls were hung up; by name
  bool audited = true;                 ///< the audit logs have all of it
  coverage covers = {};
};

/// drainNode, forgetNode.
struct node_order {
  enum class kind : std::uint8_t { drain, forget };
  kind what = kind::drain;
  std::string node;
  audit_request audit; ///< who asks, for the audit log
};

/// It was carried out.
struct node_order_answer {
  coverage covers = {};
};

// --- requests on their way down the hierarchy. Immutable, shared by all who handle them.

/// Asks for the matching records of every account below a customer; parts go to the worker.
struct list_job;
using list_job_ptr = std::shared_ptr<const list_job>;

/// Asks the tallies below a customer for their counts; parts go to the worker.
struct stats_job;
using stats_job_ptr = std::shared_ptr<const stats_job>;

/// Hangs up calls; one outcome for each call goes to the worker.
struct disconnect_job;
using disconnect_job_ptr = std::shared_ptr<const disconnect_job>;

/// What a link says to a call besides what the switch says of it. One type for all of it: each handler more
/// is 40 bytes of every call.
enum class link_word : std::uint8_t {
  sent,    ///< the disconnect is on its way to the switch
  unsent,  ///< it could not be sent: the switch is away
  expired, ///< the order came too late: nothing was sent
  unmeant, ///< the call began after the order was given: nothing was sent
  over,    ///< it ended before the disconnect could be sent
  forget,  ///< dead for long enough: leave the account and end
};

/// An account's counts as they are now: absolute, so that a tally cannot drift.
struct tally_update {
  account_key account;
  switch_counts counts;
  std::uint64_t version = 0; ///< grows with every change: of two updates of an account, which is newer
};

/// An account has nothing to be kept for.
struct retirement {
  account_key account;
  std::uint64_t round = 0;   ///< in which it was asked
  std::uint64_t version = 0; ///< of its last counts
};

/// One tally's counts, or those of one account that changed hands.
struct stats_part {
  std::vector<tally_update> accounts;
};

/// What came of one call of a disconnect job.
struct call_outcome {
  enum class kind : std::uint8_t {
    sent,        ///< the disconnect is on its way
    already,     ///< Disconnecting before this request
    gone,        ///< Dead, unknown or out of scope
    unreachable, ///< the switch is away
    expired,     ///< the order came too late: nothing was sent
  };
  kind what = kind::gone;
  record_ptr record; ///< null for an unknown call
};

// --- the node's settings and state

/// A switch that may connect or is connected to.
struct switch_settings {
  switch_name name;
  environment_id environment;
};

/// A connection that has shown its credentials and wants to be its switch's.
struct attach_request {
  switch_name name;
  std::uint64_t epoch = 0;
  switch_connection_ptr connection; ///< null: the node that had the switch drains, and this one inherits
  std::uint64_t above = 0;          ///< the highest term that the switch had at another node
  bool whole = true;                ///< whatever another node had of its calls has been adopted
  bool told = false;                ///< and that was all of them once
  name_history holders = {};        ///< who connected to another node under this name
  std::string run = {};             ///< of the switch's process, as the other node knew it; empty: unknown
};

/// Pictures of calls that another node had.
using records = std::vector<record_ptr>;

/// What a link that was asked to release its switch has.
struct released {
  std::uint64_t term = 0;
  bool whole = false;
  bool connected = false; ///< until now
  std::uint64_t calls = 0;
  bool told = false; ///< the switch has told all its calls once
  name_history holders = {};
  std::string run = {}; ///< of the switch's process, as far as it has said so

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, released& x) {
    return f(x.term, x.whole, x.connected, x.calls, x.told, x.holders, x.run);
  }
};

/// The state of one switch link, for /readyz and /metrics.
struct link_status {
  switch_name name;
  bool connected = false;
  bool synced = false;      ///< had a whole snapshot since it first connected
  bool in_snapshot = false; ///< a snapshot is under way, or awaited since the connection came
  std::uint64_t calls = 0;
  std::uint64_t unverified = 0; ///< calls kept from before the connection was lost
  bool given_up = false;        ///< it was awaited for too long, and is not any more
  std::uint64_t refused = 0;    ///< calls that were one too many, since the last snapshot began
  std::uint64_t ended = 0;      ///< calls that are over and remembered, so that no late line revives them
  std::string trouble = {};     ///< what is wrong with the switch itself, for humans
};

using link_statuses = std::vector<link_status>;

} // namespace rollcall
