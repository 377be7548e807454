#pragma once

#include "actors/messages/coverage.hpp"
#include "actors/messages/network.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/switch_counts.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace rollcall {

/// getAccountCallStats, getAccountCallStatsCustomer, getNetwork, getLimits. From the API to the frontend, and
/// on to a cluster stats query; from the history sampler and the limit observer to the frontend; from the
/// member or the daemon's overview to a stats worker.
struct stats_request {
  customer_id scope;
  bool recursive = false;    ///< subcustomers too
  directory_ptr directory;   ///< by which its caller was let in: one request sees one from beginning to end
  bool with_network = false; ///< not accounts but nodes and switches: the answer is never a fault for a node
  bool partial = false;      ///< the answer may be, also where a missing node is a fault
  bool for_limits = false;   ///< only what counts for somebody who has a limit, see limited_stats()
};

/// How many calls an account has, by state and switch.
struct account_stats {
  account_key account;
  switch_counts counts;
};

/// Accounts with calls, by key, as one node has them. The stats worker's answer to who asked it.
using stats_by_account = std::vector<account_stats>;

/// As all nodes have them together. The cluster stats query's answer to the API.
struct cluster_stats_answer {
  stats_by_account accounts;
  coverage covers = {};
  std::optional<network_picture> network = {}; ///< where it was asked for; then there are no accounts
};

/// A stats request on its way down the tree, see stats_job in interfaces/workers.hpp. From a stats worker or
/// a cluster stats query to the node, customers and tallies. Its parts (stats_part) go to who sent it.
struct stats_job;
using stats_job_ptr = std::shared_ptr<const stats_job>;

/// An account's counts as they are now: absolute, so that a tally cannot drift. From the account to the tally
/// of its customer, after every change or burst of changes.
struct tally_update {
  account_key account;
  switch_counts counts;
  std::uint64_t version = 0; ///< grows with every change: of two updates of an account, which is newer
};

/// The counts that one tally has, or those of one account that changed hands. From it to the worker or
/// cluster query that sent the job.
struct stats_part {
  std::vector<tally_update> accounts;
};

/// An account has nothing to be kept for. From the account to the node, which had asked.
struct retirement {
  account_key account;
  std::uint64_t round = 0;   ///< in which it was asked
  std::uint64_t version = 0; ///< of its last counts
};

} // namespace rollcall
