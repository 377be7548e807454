#pragma once

#include "actors/messages.hpp"
#include "transport/api/method.hpp"
#include "transport/api/question.hpp"
#include "transport/api/request_quota.hpp"

namespace rollcall::api {

extern const method get_account_call_stats;
extern const method get_account_call_stats_customer;

/// What getAccountCallStats asks for: the root customer's own accounts. Pure.
xmlrpc::or_fault<question<stats_request>> parse_stats(const invocation& call);

/// What getAccountCallStatsCustomer asks for. Pure.
xmlrpc::or_fault<question<stats_request>> parse_customer_stats(const invocation& call);

/// The stats as they are told: accounts that have neither active nor connected calls left out, an account
/// that switches of two environments know summed. What is missing follows the accounts: all of it in an
/// `envelope`, else that something is. `place` is kept until the last account is written.
answer render_stats(const cluster_stats_answer& told, bool envelope, request_quota::place place,
                    bool full_unicode = false);

} // namespace rollcall::api
