#pragma once

#include "actors/messages/coverage.hpp"
#include "domain/audit/audit.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/control/disconnect_limits.hpp"
#include "domain/control/matched_calls.hpp"
#include "domain/control/node_mark.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_filter.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// Which of the calls of one node may be hung up: no others than were counted, and of each switch no more.
struct node_allowance {
  node_mark mark;
  std::map<std::string, std::uint64_t> calls; ///< by switch; of others none

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, node_allowance& x) {
    return f(x.mark, x.calls);
  }
};

/// disconnectCall, disconnectAccount, disconnectCustomer, disconnectCalls: exactly one of the four targets is
/// set. From the API to the frontend, and on to a cluster disconnect; from that, or from the member, to a
/// disconnect worker.
struct disconnect_request {
  customer_id scope; ///< whose calls the caller may touch
  std::optional<call_id> call;
  std::optional<account_id> account;       ///< known to be in scope, or one that only a root can name
  std::optional<std::string> account_name; ///< that the directory does not know; the scope is a root
  std::optional<customer_id> customer;     ///< known to be in scope; its descendants are meant too
  std::optional<call_filter> filter = {};  ///< of disconnectCalls: only those of the target that match
  bool recursive = true;                   ///< false: not the customer's descendants
  directory_ptr directory; ///< by which its caller was let in: one request sees one from beginning to end
  audit_request audit;     ///< who asks, for the audit log
  disconnect_limits limits = {}; ///< how it is held; looked at before anything of it is begun
  /// What may be hung up where, once that is counted; a node that is not named has none of it. The filter
  /// takes ages as they were then.
  std::optional<std::map<std::string, node_allowance>> allowed = {};
  std::string confirmation; ///< which preview has counted that; empty: none that can be carried out twice
  // By the steady clock of the node that carries it out. Not known: as of when its cluster query gets it.
  boot_time arrived = {}; ///< calls that began later are not meant
  boot_time expires = {}; ///< from then on nothing is begun
};

/// A dry run, or what goes before a disconnect that is held to something: how many calls it would mean. The
/// targets are as in disconnect_request. From the API to the frontend, and on to a cluster preview; from
/// that, or from the member, to a preview worker.
struct preview_request {
  disconnect_request of;
  timestamp at = {}; ///< for which ages are taken, unless `of` was counted before; not known: now
};

/// What one node has counted: for a request that was counted before (`allowed`) of the calls that were there
/// then, as they are now. The preview worker's answer to the cluster preview or member that asked.
struct node_preview {
  node_mark mark;
  std::vector<switch_matches> switches;
  bool found = false; ///< there are calls of what was named, Dead ones included
};

/// What all nodes have counted. The cluster preview's answer to the API or the held disconnect.
struct cluster_preview_answer {
  bool found = false;
  matched_calls calls;
  std::map<std::string, node_allowance> nodes; ///< who has counted, and how many that can be reached
  std::map<std::string, std::uint64_t> moved;  ///< by switch: calls that another node had then
  std::uint64_t unreached =
      0;        ///< switches that may have calls which nobody knows now: of missing nodes, or untold
  timestamp at; ///< for which ages were taken
  coverage covers = {};
};

/// What came of a disconnect on one switch, in calls.
struct switch_outcome {
  std::string name;
  std::uint64_t sent = 0;    ///< disconnects sent by this request
  std::uint64_t already = 0; ///< calls that were being hung up before
  std::uint64_t failed = 0;  ///< calls that could not be reached: the switch is away
  std::uint64_t expired = 0; ///< calls that the order reached too late: nothing was sent
  std::uint64_t beyond = 0;  ///< calls above what was allowed: nothing was sent

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_outcome& x) {
    return f(x.name, x.sent, x.already, x.failed, x.expired, x.beyond);
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

/// How many calls of each switch a job may still hang up. Any thread.
class call_allowance {
public:
  explicit call_allowance(const std::map<std::string, std::uint64_t>& calls) {
    for (const auto& [name, most] : calls)
      left_.try_emplace(switch_name{name}, most);
  }

  /// One of them is to be hung up. False: no more may be.
  bool take(const switch_name& of) noexcept {
    const auto found = left_.find(of);
    if (found == left_.end())
      return false;
    auto left = found->second.load(std::memory_order_relaxed);
    while (left > 0)
      if (found->second.compare_exchange_weak(left, left - 1, std::memory_order_relaxed))
        return true;
    return false;
  }

private:
  std::unordered_map<switch_name, std::atomic<std::uint64_t>> left_;
};

/// What a link says to a call besides what the switch says of it: what came of the call's `hang_up`, or that
/// it is to be forgotten; and what its account says. One type for all of it: each handler more is 40 bytes of
/// every call.
enum class link_notice : std::uint8_t {
  sent,    ///< the disconnect is on its way to the switch
  unsent,  ///< it could not be sent: the switch is away
  expired, ///< the order came too late: nothing was sent
  unmeant, ///< the call began after the order was given: nothing was sent
  over,    ///< it ended before the disconnect could be sent
  forget,  ///< dead for long enough: leave the account and end
  look,    ///< its symptoms may have changed; from the account
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
    beyond,      ///< so many were hung up already that no more may be: nothing was sent
  };
  kind what = kind::gone;
  record_ptr record; ///< null for an unknown call
};

} // namespace rollcall
