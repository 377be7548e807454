#pragma once

#include "actors/messages/coverage.hpp"
#include "domain/audit/audit.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/directory/directory.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// disconnectCall, disconnectAccount, disconnectCustomer: exactly one of the four targets is set. From the
/// API to the frontend, and on to a cluster disconnect; from that, or from the member, to a disconnect
/// worker.
struct disconnect_request {
  customer_id scope; ///< whose calls the caller may touch
  std::optional<call_id> call;
  std::optional<account_id> account;       ///< known to be in scope, or one that only a root can name
  std::optional<std::string> account_name; ///< that the directory does not know; the scope is a root
  std::optional<customer_id> customer;     ///< known to be in scope; its descendants are meant too
  directory_ptr directory; ///< by which its caller was let in: one request sees one from beginning to end
  audit_request audit;     ///< who asks, for the audit log
  // By the steady clock of the node that carries it out. Not known: as of when its cluster query gets it.
  boot_time arrived = {}; ///< calls that began later are not meant
  boot_time expires = {}; ///< from then on nothing is begun
};

/// What came of a disconnect on one switch, in calls.
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

/// What came of a disconnect on one node. The disconnect worker's answer to the cluster disconnect or member
/// that asked.
struct node_disconnect_answer {
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

/// What came of it on all nodes. The cluster disconnect's answer to the API.
struct cluster_disconnect_answer {
  /// False for a call that is unknown, out of scope or Dead, and for an account that neither the directory
  /// knows nor any call is of.
  bool found = true;
  std::uint64_t sent = 0;              ///< disconnects sent by this request
  std::uint64_t failed = 0;            ///< calls whose switch is away, or that the order reached too late
  std::vector<std::string> away;       ///< names of the switches that are away; sorted
  std::vector<std::string> late;       ///< nodes that the order, or part of it, reached too late; sorted
  std::vector<doubtful_node> doubtful; ///< where it is not known whether calls were hung up; by name
  bool audited = true;                 ///< the audit logs have all of it
  coverage covers = {};
};

/// A disconnect request on its way down the tree, see disconnect_job in interfaces/workers.hpp. From a
/// disconnect worker to the node, customers, accounts, links and calls. Its outcomes go to the worker, one
/// for each call.
struct disconnect_job;
using disconnect_job_ptr = std::shared_ptr<const disconnect_job>;

/// What a link says to a call besides what the switch says of it: what came of the call's `hang_up`, or that
/// it is to be forgotten. One type for all of it: each handler more is 40 bytes of every call.
enum class link_notice : std::uint8_t {
  sent,    ///< the disconnect is on its way to the switch
  unsent,  ///< it could not be sent: the switch is away
  expired, ///< the order came too late: nothing was sent
  unmeant, ///< the call began after the order was given: nothing was sent
  over,    ///< it ended before the disconnect could be sent
  forget,  ///< dead for long enough: leave the account and end
};

/// What came of one call of a disconnect job. From the call to the job's worker; or from node, link or
/// account, where there is no call to be asked.
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

} // namespace rollcall
