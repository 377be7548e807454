#pragma once

#include "actors/limit_board.hpp"
#include "actors/messages.hpp"
#include "transport/api/method.hpp"

#include <cstdint>

namespace rollcall::api {

/// getLimits: how much of each limit is used (control.md, 4).
extern const method get_limits;

/// Rows of one answer. Those whose limits are used most are told; of others only how many there are.
constexpr std::size_t most_limits = 10'000;

struct limits_question {
  stats_request request; ///< whose calls are counted
  /// Those of whose limit less is used are left out; a millionth each, so that nothing is rounded. 0: none.
  std::uint64_t above = 0;
};

/// What getLimits asks for. Pure.
xmlrpc::or_fault<limits_question> parse_limits(const invocation& call);

/// `reached`: what this node's last look has found, for `reached_since`.
answer render_limits(const limits_question& asked, const cluster_stats_answer& told,
                     const limit_board& reached, bool full_unicode);

} // namespace rollcall::api
