#pragma once

#include "actors/messages.hpp"
#include "domain/lists/call_groups.hpp"
#include "transport/api/method.hpp"
#include "transport/api/request_quota.hpp"

#include <cstdint>

namespace rollcall::api {

/// getCallCounts: how many calls there are, by what they have in common (events.md, 2).
extern const method get_call_counts;

struct counts_question {
  list_request request; ///< which calls are counted
  grouping by;
  group_order order = group_order::total;
  std::uint64_t limit = 0; ///< groups to be told; the totals cover all groups

  /// True where the counts that accounts keep are the answer.
  bool is_tallied() const;
};

xmlrpc::or_fault<counts_question> parse_call_counts(const invocation& call);

/// Of the counts that accounts keep.
answer render_tallied(const counts_question& asked, const cluster_stats_answer& told, bool full_unicode);

/// Of the calls themselves, which are counted while the answer is made. `place` is kept until that is done.
answer render_counted(const counts_question& asked, cluster_list_answer told, bool full_unicode,
                      request_quota::place place);

} // namespace rollcall::api
