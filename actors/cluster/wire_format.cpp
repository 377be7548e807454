#include "actors/cluster/wire_format.hpp"

#include "actors/cluster/filter_format.hpp"
#include "actors/cluster/maybe.hpp"
#include "domain/base/moment_from.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace rollcall::wire {

list_query query_of(const list_request& request) {
  const auto from = for_part(request.query);
  list_query query;
  query.scope = from.scope.value();
  query.recursive = from.recursive;
  query.active_only = from.active_only;
  query.account = maybe_of(from.account);
  if (from.account_name)
    query.account_name = {*from.account_name};
  query.filter = filter_of(from.filter);
  query.order = static_cast<std::uint8_t>(from.order);
  if (from.limit)
    query.limit = {*from.limit};
  query.now = time_of(request.now);
  return query;
}

call_query query_from(const list_query& query, const switch_claims& own, const directory& dir) {
  call_query result;
  result.scope = customer_id{query.scope};
  result.recursive = query.recursive;
  result.active_only = query.active_only;
  result.account = id_from<account_id>(query.account);
  if (!query.account_name.empty())
    result.account_name = query.account_name.front();
  result.filter = filter_from(query.filter);
  if (query.order < call_order_names.size())
    result.order = static_cast<call_order>(query.order);
  if (!query.limit.empty())
    result.limit = query.limit.front();
  if (!query.of_switch.empty()) {
    result.filter.source = switch_name{query.of_switch};
    result.scope = {};
    for (const auto& claim : own)
      if (const auto* root = claim.name == *result.filter.source ? dir.root(claim.environment) : nullptr)
        result.scope = root->id;
  }
  return result;
}

std::int64_t time_of(timestamp t) { return t.time_since_epoch().count(); }

timestamp time_from(std::int64_t microseconds) { return moment_from(microseconds); }

std::int64_t time_of(boot_time t) { return t.time_since_epoch().count(); }

boot_time boot_time_from(std::int64_t microseconds) {
  return boot_time{moment_from(microseconds).time_since_epoch()}; // the same bounds are wide enough
}

namespace {

/// A time of day of this node, by the clock of another one where that is off.
std::int64_t time_at(const member_state& to, timestamp t) {
  return time_of(to.is_clock_off() ? t + to.ahead : t);
}

} // namespace

disconnect_order order_of(const disconnect_request& request, const node_id& asked, const member_state& to) {
  const auto& clock = to.clock;
  disconnect_order order;
  order.scope = request.scope.value();
  order.call = maybe_of(request.call);
  order.account = maybe_of(request.account);
  if (request.account_name)
    order.account_name = {*request.account_name};
  order.customer = maybe_of(request.customer);
  order.when = time_of(request.audit.when);
  order.who = request.audit.who.value();
  order.login = request.audit.login;
  order.address = request.audit.address;
  order.trusted = request.audit.trusted;
  order.method = request.audit.method;
  order.target = request.audit.target;
  order.asked = asked.value();
  order.arrived = time_of(clock.at(request.arrived));
  // By what it told last, and not later than here: the order may have waited before it was sent.
  order.expires =
      time_of(std::min(clock.last() + (request.expires - request.arrived), clock.at(request.expires)));
  order.directory = request.directory ? request.directory->hash() : std::string{};
  order.reason = request.audit.reason;
  if (request.filter)
    order.filter = {filter_of(*request.filter)};
  order.recursive = request.recursive;
  if (request.allowed) {
    const auto found = request.allowed->find(to.name);
    order.allowed = {found != request.allowed->end() ? found->second : node_allowance{}};
  }
  order.confirmation = request.confirmation;
  return order;
}

disconnect_request request_from(const disconnect_order& order, const node_id& own, directory_ptr dir) {
  disconnect_request request;
  request.scope = customer_id{order.scope};
  request.call = id_from<call_id>(order.call);
  request.account = id_from<account_id>(order.account);
  if (!order.account_name.empty())
    request.account_name = order.account_name.front();
  request.customer = id_from<customer_id>(order.customer);
  request.directory = std::move(dir);
  request.audit.when = time_from(order.when);
  request.audit.who = customer_id{order.who};
  request.audit.login = order.login;
  request.audit.address = order.address + " via " + order.asked;
  request.audit.trusted = order.trusted;
  request.audit.method = order.method;
  request.audit.target = order.target;
  request.audit.scope = request.scope;
  request.audit.reason = cut_for_audit(order.reason);
  request.arrived = boot_time_from(order.arrived);
  request.expires = boot_time_from(order.expires);
  if (!order.filter.empty())
    request.filter = filter_from(order.filter.front());
  request.recursive = order.recursive;
  if (!order.allowed.empty())
    request.allowed.emplace().emplace(own.value(), order.allowed.front());
  request.confirmation = order.confirmation;
  return request;
}

preview_query query_of(const preview_request& request, const node_id& asked, const member_state& to) {
  preview_query query;
  query.of = order_of(request.of, asked, to);
  query.at = time_at(to, request.at);
  return query;
}

preview_request request_from(const preview_query& query, const node_id& own, directory_ptr dir) {
  preview_request request;
  request.of = request_from(query.of, own, std::move(dir));
  request.at = time_from(query.at);
  return request;
}

counts counts_of(const stats_by_account& accounts, switch_claims claims) {
  std::unordered_map<switch_name, std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < claims.size(); ++i)
    numbers.emplace(claims[i].name, i);
  counts result{std::move(claims), {{}, true}, {}};
  for (const auto& [key, by_switch] : accounts)
    for (const auto& [source, states] : by_switch.by_switch()) {
      const auto [number, fresh] = numbers.emplace(source->name, result.claims.size());
      if (fresh) // it came between the claims and the counts
        result.claims.push_back({source->name, source->environment});
      if (states != state_counts{})
        result.first.accounts.push_back({key, number->second, states});
    }
  return result;
}

stats_by_account stats_from(const counts& told, const std::vector<switch_name>& superseded,
                            const node_id& node) {
  std::vector<const switch_identity*> sources;
  for (const auto& claim : told.claims)
    sources.push_back(std::binary_search(superseded.begin(), superseded.end(), claim.name)
                          ? nullptr
                          : interned({claim.name, node, claim.environment}));
  stats_by_account result;
  for (const auto& one : told.first.accounts) {
    const auto* source = one.source < sources.size() ? sources[one.source] : nullptr;
    if (!source)
      continue;
    if (result.empty() || result.back().account != one.account)
      result.emplace_back().account = one.account;
    result.back().counts.of(*source) += one.counts;
  }
  return result;
}

std::vector<std::uint32_t> events_of(const switch_claims& claims, const recent_events& events) {
  std::vector<std::uint32_t> result;
  result.reserve(claims.size());
  for (const auto& claim : claims) {
    const auto found = events.find(claim.name);
    result.push_back(found == events.end() ? 0 : found->second);
  }
  return result;
}

recent_events events_from(const counts& told) {
  recent_events result;
  for (std::size_t i = 0; i < std::min(told.claims.size(), told.events.size()); ++i)
    result[told.claims[i].name] = told.events[i];
  return result;
}

} // namespace rollcall::wire
