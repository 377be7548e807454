#pragma once

#include "actors/messages/coverage.hpp"
#include "domain/base/time.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_list.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/row_source.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace rollcall {

/// listAllCalls, listActiveCalls. From the API to the frontend, and on to a cluster list query; with a query
/// that is cut to one node's part, from a cluster query or an export to a list worker.
struct list_request {
  call_query query;
  directory_ptr directory; ///< by which its caller was let in: one request sees one from beginning to end
  timestamp now = {};      ///< for which running times are told; unknown: when the list is made
  /// Of a watcher that comes back, by a position of this node's change log: tell besides which calls of the
  /// scope have changed since.
  std::optional<std::uint64_t> changed_after = {};
  bool watched = false; ///< Of any watcher: tell besides which calls are hidden, see call_list.
};

/// The list of one node, ready to be read. The list worker's answer to who asked it, who alone reads it: it
/// is shared only because messages are.
using call_list_ptr = std::shared_ptr<call_list>;

/// The list of all nodes. The cluster list query's answer to the API, which reads it. Rows of other nodes may
/// still be coming; what is missing is known.
struct cluster_list_answer {
  std::shared_ptr<row_source> rows;
  timestamp now; ///< for which running times are told
  coverage covers = {};
};

/// A list request on its way down the tree, see list_job in interfaces/workers.hpp. From a list worker to the
/// node, customers and accounts. Its parts (list_part) go to the worker.
struct list_job;
using list_job_ptr = std::shared_ptr<const list_job>;

} // namespace rollcall
