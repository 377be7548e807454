#pragma once

#include "actors/messages.hpp"
#include "transport/api/method.hpp"
#include "transport/api/question.hpp"
#include "transport/api/request_quota.hpp"
#include "transport/xmlrpc/row_names.hpp"

#include <memory>

namespace rollcall::api {

extern const method list_all_calls;
extern const method list_active_calls;

/// What is asked, and how it is to be told.
struct list_question : question<list_request> {
  bool names = false; ///< rows are to have names besides
};

/// What listAllCalls, or listActiveCalls, asks for. Pure.
xmlrpc::or_fault<list_question> parse_list(const invocation& call, bool active_only);

/// A list as it is told; in an `envelope`, what is missing follows the rows, so that these stream as ever.
/// `place` is kept until the last row is written. `names` of the rows: null for none.
answer render_list(cluster_list_answer told, xmlrpc::answer_style style, bool envelope,
                   request_quota::place place, std::unique_ptr<xmlrpc::row_names> names = nullptr);

} // namespace rollcall::api
