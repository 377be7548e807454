#pragma once

#include "actors/messages.hpp"
#include "transport/api/admission.hpp"
#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method get_account_call_stats;
extern const method get_account_call_stats_customer;

/// What getAccountCallStats asks for: the root customer's own accounts. Pure.
xmlrpc::or_fault<stats_request> parse_stats(const invocation& call);

/// What getAccountCallStatsCustomer asks for. Pure.
xmlrpc::or_fault<stats_request> parse_customer_stats(const invocation& call);

/// The stats as they are told: accounts that have neither active nor connected calls left out, an account
/// that switches of two environments know summed. `place` is kept until the last account is written.
answer render_stats(const stats_report& told, admission::place place);

} // namespace rollcall::api
