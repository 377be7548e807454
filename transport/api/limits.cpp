#include "transport/api/limits.hpp"

#include "domain/base/text.hpp"
#include "domain/control/limit_use.hpp"
#include "transport/api/ask.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/scope.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using std::string_view;

constexpr double whole_limit = 1e6; ///< in the unit of limits_question::above

constexpr std::array<string_view, 2> limits_parameters = {"i_customer", "above"};
constexpr parameter_list limits_takes{limits_parameters, "i_customer"};

constexpr string_view limits_help =
    "Tells how much is used of the limits that customers and accounts have on their calls at once "
    "(max_sessions); a customer's is that of its subtree. Takes one struct: i_customer (whose; the caller by "
    "default, must be given in trusted mode), above (0 to 1: only those with at least this part of "
    "max_sessions in use). Returns a struct: result is 'OK', limits an array of structs with kind (customer "
    "or account), id, name, total (active calls, as the stats count them), max_sessions and, of one that is "
    "reached, reached_since (seconds since the epoch, as this node has seen it), those first of which most "
    "is used, and complete, a boolean. Of more than 10000 those are left out of which least is used; then "
    "limits_left_out follows, how many. Nothing is refused for a limit.";

/// By which limits are put in order. One of 0 is used up by the first call; until then nothing of it is used:
/// those that may have no calls, and have none, do not stand before others that are all but full.
double used_part(const limit_use& use) {
  if (use.max_sessions == 0)
    return use.total == 0 ? 0 : std::numeric_limits<double>::infinity();
  return static_cast<double>(use.total) / static_cast<double>(use.max_sessions);
}

/// Exact for all numbers that a call may be counted by: a fraction may be off by the last digit of a double.
bool is_above(const limit_use& use, std::uint64_t part) {
  return static_cast<double>(use.total) * whole_limit
         >= static_cast<double>(part) * static_cast<double>(use.max_sessions);
}

string_view limited_name(const directory& dir, limited_subject whose) {
  if (whose.kind == limit_kind::customer) {
    const auto* known = dir.find(customer_id{whose.id});
    return known ? string_view{known->name} : string_view{};
  }
  const auto* known = dir.find(account_id{whose.id});
  return known ? string_view{known->username} : string_view{};
}

void write_limit(xmlrpc::writer& to, const limit_use& use, const directory& dir, const limit_board& reached) {
  to.begin_struct();
  to.begin_member("kind").text(name_of(use.whose.kind)).end_member();
  to.begin_member("id").integer(use.whose.id).end_member();
  to.begin_member("name").text(cleaned(limited_name(dir, use.whose))).end_member();
  to.begin_member("total").integer(static_cast<std::int64_t>(use.total)).end_member();
  to.begin_member("max_sessions").integer(use.max_sessions).end_member();
  if (const auto known = reached.states.find(use.whose);
      known != reached.states.end() && known->second.reached)
    to.begin_member("reached_since").seconds(known->second.since.time_since_epoch()).end_member();
  to.end_struct();
}

void run_limits(const invocation_ptr& call, done_fn done) {
  auto asked = parse_limits(*call);
  if (!asked) {
    done(std::move(asked.why()));
    return;
  }
  const auto scope = asked->request.scope;
  auto request = asked->request;
  const auto render = [asked = std::move(*asked), context = call->session->served_by->context,
                       full_unicode = call->settings().style.full_unicode](const cluster_stats_answer& told,
                                                                           const request_quota::place&) {
    return render_limits(asked, told, *context->limits.board(), full_unicode);
  };
  ask<cluster_stats_answer>(call, &service::questions, scope, gather_deadline, std::move(request), render,
                            std::move(done));
}

} // namespace

const method get_limits{
    .name = "getLimits",
    .takes = limits_takes,
    .needs = right::view,
    .returns = "struct",
    .takes_type = "struct",
    .may_take_none = true,
    .help = limits_help,
    .run = run_limits,
};

xmlrpc::or_fault<limits_question> parse_limits(const invocation& call) {
  param_reader in{call, limits_takes};
  const auto named = in.id<customer_id>("i_customer");
  const auto above = in.fraction("above");
  if (in.failure())
    return *in.failure();
  const auto& dir = call.settings().directory;
  const auto scope = scope_of(call.who(), *dir, "i_customer", named, unnamed_scope::refused);
  if (!scope)
    return scope.why();
  limits_question asked{{*scope, true, dir}};
  asked.request.for_limits = true;
  asked.above = static_cast<std::uint64_t>(std::llround(above.value_or(0) * whole_limit));
  return asked;
}

answer render_limits(const limits_question& asked, const cluster_stats_answer& told,
                     const limit_board& reached, bool full_unicode) {
  const auto& dir = asked.request.directory;
  limit_counter counter{dir};
  for (const auto& each : told.accounts)
    counter.add(each.account, each.counts.active());
  auto uses = counter.uses(asked.request.scope);
  std::erase_if(uses, [&](const limit_use& use) { return !is_above(use, asked.above); });
  std::stable_sort(uses.begin(), uses.end(),
                   [](const limit_use& a, const limit_use& b) { return used_part(a) > used_part(b); });
  const auto left_out = uses.size() - std::min(uses.size(), most_limits);
  uses.resize(uses.size() - left_out);

  std::string value;
  xmlrpc::writer w{value, full_unicode};
  w.begin_struct();
  w.begin_member("result").text("OK").end_member();
  w.begin_member("limits").begin_array();
  for (const auto& use : uses)
    write_limit(w, use, *dir, reached);
  w.end_array().end_member();
  w.begin_member("complete").boolean(is_complete(told.covers)).end_member();
  if (left_out > 0)
    w.begin_member("limits_left_out").integer(static_cast<std::int64_t>(left_out)).end_member();
  w.end_struct();
  return {std::move(value), coverage{}};
}

} // namespace rollcall::api
