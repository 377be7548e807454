#include "transport/api/disconnect_calls.hpp"

#include "transport/api/filters.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/selection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

constexpr auto disconnect_calls_parameters = joined(selection_parameters, order_parameters);
constexpr parameter_list disconnect_calls_takes{disconnect_calls_parameters, "i_customer", effect::acts,
                                                "i_customer"};

const std::string disconnect_calls_help =
    "Disconnects the calls that match, from Idle to Connected. Takes one struct: "
    + std::string{selection_help}
    + ". At least one filter that can leave a call out is needed, and one of "
      "dry_run, confirm and max_calls. Returns what disconnectAccount returns."
    + std::string{order_help};

void run_disconnect_calls(const invocation_ptr& call, done_fn done) {
  auto request = parse_disconnect_calls(*call);
  if (!request)
    refuse_order(call, std::move(request.why()), done);
  else
    ask_disconnect(call, std::move(*request), render_count, std::move(done));
}

/// What matches nothing at all matches everything: `*` alone.
bool leaves_out(const std::optional<text_pattern>& pattern) { return pattern && !pattern->matches({}); }

bool leaves_out(const span_of_time& span) {
  return span.most || (span.least && *span.least > std::chrono::microseconds{0});
}

bool leaves_out(const call_states& states) {
  if (states.none())
    return false;
  for (std::size_t i = 0; i < call_state_count; ++i)
    if (const auto state = static_cast<call_state>(i); can_disconnect(state) && !states.has(state))
      return true;
  return false;
}

} // namespace

const method disconnect_calls{
    .name = "disconnectCalls",
    .takes = disconnect_calls_takes,
    .needs = right::bulk,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = disconnect_calls_help,
    .run = run_disconnect_calls,
};

bool leaves_calls_out(const call_query& query) {
  const auto& f = query.filter;
  return query.account || query.account_name || f.vendor || f.connection || f.node || f.source || f.only
         || leaves_out(f.cli) || leaves_out(f.cld) || leaves_out(f.sip_call_id) || leaves_out(f.media_ip)
         || f.direction || leaves_out(f.states) || leaves_out(f.duration) || leaves_out(f.delay)
         || (f.least_age && *f.least_age > std::chrono::microseconds{0})
         || f.suspect.value_or(false); // nearly all calls are not suspect
}

xmlrpc::or_fault<asked_disconnect> parse_disconnect_calls(const invocation& call) {
  param_reader in{call, disconnect_calls_takes};
  auto words = read_order_words(in);
  auto selected = read_selection(in, call);
  if (!selected)
    return selected.why();
  auto& query = selected->query;
  if (!leaves_calls_out(query))
    return xmlrpc::bad_parameter("A filter is needed that can leave a call out");
  if (!words.dry_run && !words.max_calls && words.confirm.empty())
    return xmlrpc::bad_parameter("One of the parameters dry_run, confirm and max_calls is needed");
  auto request = new_disconnect(call, query.scope, target_of(call.params, disconnect_calls_takes));
  request.recursive = query.recursive;
  request.account = query.account;
  request.account_name = std::move(query.account_name);
  if (!request.account && !request.account_name)
    request.customer = query.scope;
  request.filter = std::move(query.filter);
  return std::move(words).put_into(std::move(request), call.settings().confirm_above);
}

} // namespace rollcall::api
