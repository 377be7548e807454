#pragma once

#include "actors/messages.hpp"
#include "transport/api/admission.hpp"
#include "transport/api/method.hpp"
#include "transport/api/question.hpp"

namespace rollcall::api {

extern const method list_all_calls;
extern const method list_active_calls;

/// What listAllCalls, or listActiveCalls, asks for. Pure.
xmlrpc::or_fault<question<list_request>> parse_list(const invocation& call, bool active_only);

/// A list as it is told; in an `envelope`, what is missing follows the rows, so that these stream as ever.
/// `place` is kept until the last row is written.
answer render_list(list_answer told, xmlrpc::answer_style style, bool envelope, admission::place place);

} // namespace rollcall::api
