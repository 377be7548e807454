#pragma once

#include "actors/messages.hpp"
#include "transport/api/method.hpp"
#include "transport/api/question.hpp"
#include "transport/api/request_quota.hpp"

namespace rollcall::api {

extern const method list_all_calls;
extern const method list_active_calls;

/// What listAllCalls, or listActiveCalls, asks for. Pure.
xmlrpc::or_fault<question<list_request>> parse_list(const invocation& call, bool active_only);

/// A list as it is told; in an `envelope`, what is missing follows the rows, so that these stream as ever.
/// `place` is kept until the last row is written.
answer render_list(cluster_list_answer told, xmlrpc::answer_style style, bool envelope,
                   request_quota::place place);

} // namespace rollcall::api
