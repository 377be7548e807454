#pragma once

#include "actors/switch_connection.hpp"
#include "domain/account_key.hpp"
#include "domain/audit.hpp"
#include "domain/call_list.hpp"
#include "domain/call_query.hpp"
#include "domain/directory.hpp"
#include "domain/ids.hpp"
#include "domain/row_source.hpp"
#include "domain/switch_counts.hpp"
#include "domain/switch_news.hpp"

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

/// How far an answer about calls can be relied on.
struct coverage {
  std::vector<std::string> unverified; ///< switches whose calls may have changed unseen, sorted
  std::vector<std::string> missing;    ///< nodes that it leaves out, sorted
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

/// disconnectCall, disconnectAccount, disconnectCustomer: exactly one of the three targets is set.
struct disconnect_request {
  customer_id scope; ///< whose calls the caller may touch
  std::optional<call_id> call;
  std::optional<account_id> account;   ///< known to be in scope
  std::optional<customer_id> customer; ///< known to be in scope; its descendants are meant too
  directory_ptr directory;
  audit_request audit; ///< who asks, for the audit log
};

/// What came of a disconnect on one switch.
struct switch_outcome {
  std::string name;
  std::uint64_t sent = 0;    ///< disconnects sent by this request
  std::uint64_t already = 0; ///< calls that were being hung up before
  std::uint64_t failed = 0;  ///< calls that could not be reached: the switch is away

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_outcome& x) {
    return f(x.name, x.sent, x.already, x.failed);
  }
};

/// What came of a disconnect on this node.
struct disconnect_answer {
  std::vector<switch_outcome> switches; ///< those that have calls which were meant, by name
  std::uint64_t unknown = 0;            ///< calls of which nothing was heard in time
};

/// What came of it on all nodes.
struct disconnect_report {
  bool found = true;             ///< disconnectCall: false for a call that is unknown, out of scope or Dead
  std::uint64_t sent = 0;        ///< disconnects sent by this request
  std::uint64_t failed = 0;      ///< calls whose switch is away, or of which nothing was heard
  std::vector<std::string> away; ///< names of the switches that are away; sorted
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
  sent,   ///< the disconnect is on its way to the switch
  unsent, ///< it could not be sent: the switch is away
  forget, ///< dead for long enough: leave the account and end
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
  switch_connection_ptr connection;
  std::uint64_t above = 0;               ///< the highest term that the switch had at another node
  bool whole = true;                     ///< whatever another node had of its calls has been adopted
  std::vector<std::string> hung_up = {}; ///< of these, what the other node had told it to hang up
};

/// Pictures of calls that another node had.
using records = std::vector<record_ptr>;

/// What a link that was asked to release its switch has.
struct released {
  std::uint64_t term = 0;
  bool whole = false;
  std::uint64_t calls = 0;
  std::vector<std::string> hung_up =
      {}; ///< the switch's ids of calls that it was told to hang up, without an end

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, released& x) {
    return f(x.term, x.whole, x.calls, x.hung_up);
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
};

using link_statuses = std::vector<link_status>;

} // namespace rollcall
