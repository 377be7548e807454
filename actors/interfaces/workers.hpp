#pragma once

#include "actors/atoms.hpp"
#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// The workers, each of which answers one request for this node alone, and the jobs that they send down the
// tree. What comes of a job goes straight to its worker, which has everything when as many have answered as
// were announced (decision 0117).

namespace rollcall {

/// Gathers the records of a list. Of one request.
using list_worker_actor = caf::typed_actor<
    // The request, from a cluster query of this node or from the export for another one. The answer is the
    // list in order, ready to be read. Fails with too_late when not all parts came within
    // defaults::gather_deadline.
    caf::replies_to<list_request>::with<call_list_ptr>,
    // The sender (node or customer) has passed the job on to so many, and gives no part itself.
    caf::reacts_to<atom::expect, std::uint64_t>,
    // What the account that sends it contributes.
    caf::reacts_to<list_part>,
    // From itself, when its time is over.
    caf::reacts_to<atom::deadline>>;

/// Where the counts of a scope are summed: a stats worker, or the cluster query of a request of the API.
using stats_sink_actor = caf::typed_actor<
    // The sender (node or customer) has passed the job on to so many, and gives no part itself.
    caf::reacts_to<atom::expect, std::uint64_t>,
    // The counts that a tally has, or an account that has just changed hands.
    caf::reacts_to<stats_part>>;

/// Sums the counts of a scope for another node, or for a page of this one.
using stats_worker_actor = stats_sink_actor::extend<
    // The request, from the member or the daemon's overview. The answer is the accounts with calls, by key.
    // Fails with too_late when not all parts came within defaults::gather_deadline.
    caf::replies_to<stats_request>::with<stats_by_account>,
    // From itself, when its time is over.
    caf::reacts_to<atom::deadline>>;

/// Counts the calls that a disconnect would mean. Of one request.
using preview_worker_actor = caf::typed_actor<
    // The request, from a cluster preview of this node or from the member for another one. Fails with
    // too_late when the list of these calls was not made within defaults::gather_deadline, with restarted
    // when the node has not made the count that it is counted by.
    caf::replies_to<preview_request>::with<node_preview>,
    // From itself: count the next defaults::rows_counted_at_once.
    caf::reacts_to<atom::proceed>>;

/// Has calls hung up, gathers what came of each, and seals the entry of the audit log.
using disconnect_worker_actor = caf::typed_actor<
    // The request, from a cluster query of this node or from the member for another one. The answer says what
    // was done until the order expired, also when not all outcomes came in time. Fails with expired when it
    // came too late, with restarted when what it may hang up was counted before a restart of the node: then
    // nothing was begun.
    caf::replies_to<disconnect_request>::with<node_disconnect_answer>,
    // The sender (node, customer or account) has passed the job on to so many, and gives no outcome itself.
    caf::reacts_to<atom::expect, std::uint64_t>,
    // What came of one call, from that call; or from node, link or account, where there is no call to be
    // asked.
    caf::reacts_to<call_outcome>,
    // From a link: it has sent lines of this request that the audit log does not have yet.
    caf::reacts_to<atom::unaudited>,
    // From itself, when the order has expired and outcomes have had defaults::outcome_grace to come.
    caf::reacts_to<atom::deadline>>;

/// Asks every account of a scope for its records that match. Answered by `expect` and list_part.
struct list_job {
  call_query query;
  directory_ptr directory;
  std::optional<account_key> account;          ///< ask this account only
  std::chrono::steady_clock::time_point begun; ///< who left an account before is surely found in another
  timestamp now;                               ///< for which running times are told
  list_worker_actor worker;
  std::optional<std::uint64_t> changed_after = {}; ///< see list_request
};

/// Asks every tally of a scope for its counts. Answered by `expect` and stats_part.
struct stats_job {
  customer_id scope;
  bool recursive = false; ///< subcustomers too
  stats_sink_actor worker;
};

/// Asks every call that is meant to have itself hung up. Answered by `expect` and call_outcome.
struct disconnect_job {
  customer_id scope;
  std::optional<call_id> call;        ///< this call only
  std::optional<account_key> account; ///< this account only
  directory_ptr directory;
  disconnect_worker_actor worker;               ///< null: nobody waits for what comes of it (after a restart)
  std::uint64_t entry = 0;                      ///< of the audit log
  audit_request_ptr request;                    ///< for the log
  std::chrono::steady_clock::time_point begun;  ///< who left an account before is surely found in another
  boot_time arrived;                            ///< calls that began later are not meant
  boot_time expires;                            ///< from then on nothing is begun
  std::optional<std::string> account_name = {}; ///< of the account's calls only those that bear this name
  bool recursive = true;                        ///< subcustomers too
  std::optional<call_filter> filter = {};       ///< only calls that match
  timestamp matched_at = {};                    ///< for which it takes ages
  std::optional<std::uint64_t> newest = {};     ///< serial: calls that came here later are not meant
  std::shared_ptr<call_allowance> allowance = {}; ///< null: as many as are meant
  std::shared_ptr<call_allowance> confirmed = {}; ///< what is left of a preview besides; null: there is none
};

} // namespace rollcall
