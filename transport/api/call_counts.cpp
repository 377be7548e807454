#include "transport/api/call_counts.hpp"

#include "transport/api/ask.hpp"
#include "transport/api/counting_source.hpp"
#include "transport/api/params.hpp"
#include "transport/api/selection.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr std::uint64_t usual_groups = 1'000;
constexpr std::uint64_t most_groups = 10'000;

constexpr std::array<string_view, 3> call_counts_own_parameters = {"group_by", "order", "limit"};
constexpr auto call_counts_parameters = joined(call_counts_own_parameters, selection_parameters);
constexpr parameter_list call_counts_takes{call_counts_parameters, "i_customer"};

const std::string call_counts_help =
    "Counts calls by what they have in common. Takes one struct: group_by (required: "
    + std::string{grouping_names} + "), " + std::string{selection_help}
    + ", order (total, the default: the largest first; key), limit (groups, 1000 by default and 10000 at "
      "most). "
      "Returns a struct: result is 'OK', groups an array of structs with key (a string, '' where it is not "
      "known), name (as the directory has it), total and connected, then total and connected of all groups, "
      "groups_left_out, how many are not told, and complete, a boolean. total is the number of rows of "
      "listActiveCalls with these filters; by cc_state, of listAllCalls.";

group_order group_order_from(param_reader& in) {
  const auto name = in.text("order");
  if (name && *name != "total" && *name != "key")
    in.fail("Parameter order must be one of total, key");
  return name && *name == "key" ? group_order::key : group_order::total;
}

grouping grouping_from(param_reader& in) {
  const auto written = in.text("group_by");
  in.require(written, "group_by");
  const auto by = grouping::parse(written.value_or(std::string{}));
  if (!by)
    in.fail("Parameter group_by must be one of " + std::string{grouping_names});
  return by.value_or(grouping{});
}

void count_tallied(const invocation_ptr& call, counts_question asked, done_fn done) {
  const auto& query = asked.request.query;
  stats_request request{query.scope, query.recursive, asked.request.directory};
  const auto scope = query.scope;
  const auto full_unicode = call->settings().style.full_unicode;
  const auto render = [asked = std::move(asked), full_unicode](const cluster_stats_answer& told,
                                                               const request_quota::place&) {
    return render_tallied(asked, told, full_unicode);
  };
  ask<cluster_stats_answer>(call, &service::questions, scope, gather_deadline, std::move(request), render,
                            std::move(done));
}

void count_calls(const invocation_ptr& call, counts_question asked, done_fn done) {
  auto request = asked.request;
  const auto scope = request.query.scope;
  const auto full_unicode = call->settings().style.full_unicode;
  const auto render = [asked = std::move(asked), full_unicode](cluster_list_answer& told,
                                                               request_quota::place place) {
    return render_counted(asked, std::move(told), full_unicode, std::move(place));
  };
  ask<cluster_list_answer>(call, &service::questions, scope, gather_deadline, std::move(request), render,
                           std::move(done));
}

void run_call_counts(const invocation_ptr& call, done_fn done) {
  auto asked = parse_call_counts(*call);
  if (!asked)
    done(std::move(asked.why()));
  else if (asked->is_tallied())
    count_tallied(call, std::move(*asked), std::move(done));
  else
    count_calls(call, std::move(*asked), std::move(done));
}

} // namespace

const method get_call_counts{
    .name = "getCallCounts",
    .takes = call_counts_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = false,
    .help = call_counts_help,
    .run = run_call_counts,
};

bool counts_question::is_tallied() const {
  const auto& query = request.query;
  return by.is_tallied() && !query.account && !query.account_name && query.filter == call_filter{};
}

xmlrpc::or_fault<counts_question> parse_call_counts(const invocation& call) {
  param_reader in{call, call_counts_takes};
  counts_question asked;
  asked.by = grouping_from(in);
  asked.order = group_order_from(in);
  asked.limit = in.count("limit").value_or(usual_groups);
  if (asked.limit > most_groups)
    in.fail("Parameter limit must be at most " + std::to_string(most_groups));
  auto selected = read_selection(in, call);
  if (!selected)
    return selected.why();
  asked.request = std::move(*selected);
  asked.request.query.active_only = asked.by.by != group_kind::state;
  return asked;
}

answer render_tallied(const counts_question& asked, const cluster_stats_answer& told, bool full_unicode) {
  call_groups groups{asked.by, asked.request.directory, asked.request.query.scope, full_unicode};
  for (const auto& [account, counts] : told.accounts)
    groups.add(account, counts);
  std::string value;
  write_counts(value, groups, asked, told.covers, full_unicode);
  return {std::move(value), coverage{}};
}

answer render_counted(const counts_question& asked, cluster_list_answer told, bool full_unicode,
                      request_quota::place place) {
  return {std::make_unique<counting_source>(asked, std::move(told), full_unicode, std::move(place)),
          coverage{}};
}

} // namespace rollcall::api
