#pragma once

#include "actors/messages.hpp"
#include "domain/base/time.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

/// getCallHistory: how many calls a customer or an account had (events.md, 4).
extern const method get_call_history;

struct history_question {
  history_request request;
  customer_id scope; ///< under whose rights
};

/// What getCallHistory asks for; `now` is what `to` is by default. Pure.
xmlrpc::or_fault<history_question> parse_call_history(const invocation& call, timestamp now);

answer render_call_history(const history_question& asked, const history_answer& told);

} // namespace rollcall::api
