#include "transport/metrics/collect.hpp"

#include "actors/metrics.hpp"
#include "domain/calls/symptom_rules.hpp"
#include "transport/api/metrics.hpp"
#include "transport/cluster/metrics.hpp"
#include "transport/events/stream_registry.hpp"
#include "transport/http/metrics.hpp"
#include "transport/switches/feed/metrics.hpp"

#include <algorithm>
#include <chrono>

namespace rollcall {

namespace {

constexpr double micros_per_second = 1e6;

std::string outcome_name(std::size_t i) {
  return i == 0 ? "ok" : std::to_string(static_cast<int>(xmlrpc::fault_codes[i - 1]));
}

method_metrics to_method_metrics(std::string_view name, const api::metrics::method_counters& counters) {
  const auto& bounds = api::metrics::duration_bounds;
  method_metrics method;
  method.name = name;
  for (std::size_t i = 0; i < counters.outcomes.size(); ++i)
    method.requests.push_back({outcome_name(i), counters.outcomes[i]});
  method.bounds.assign(bounds.begin(), bounds.end());
  method.durations.assign(counters.durations.begin(), counters.durations.end());
  method.seconds = static_cast<double>(counters.duration_micros) / micros_per_second;
  return method;
}

outcome_counts by_kind(const actor_metrics::by_limit_kind& counters) {
  outcome_counts all;
  for (const auto kind : {limit_kind::customer, limit_kind::account})
    all.push_back({std::string{name_of(kind)}, counters[kind]});
  return all;
}

} // namespace

void collect(const actor_metrics& from, metrics_snapshot& into) {
  into.feed_events = {{"applied", from.events_applied}, {"stale", from.events_stale},
                      {"ignored", from.events_unknown}, {"bad", from.lines_bad},
                      {"bad_field", from.fields_bad},   {"after_end", from.events_after_end},
                      {"refused", from.calls_refused}};
  into.disconnects = {{"sent", from.disconnects_sent},       {"retried", from.disconnects_repeated},
                      {"refused", from.disconnects_refused}, {"unreachable", from.disconnects_unreachable},
                      {"resumed", from.disconnects_resumed}, {"given_up", from.disconnects_given_up},
                      {"expired", from.disconnects_expired}, {"passed_on", from.hang_ups_passed_on},
                      {"not_taken", from.hang_ups_not_taken}};
  into.snapshots = from.snapshots;
  into.calls_settled = from.calls_settled;
  into.calls_revived = from.calls_revived;
  into.snapshots_given_up = from.snapshots_given_up;
  into.tally_drift = from.tally_drift;
  into.late_requests = from.requests_late;
  into.nodes_lost = from.nodes_lost;
  into.switches_taken_over = from.switches_taken_over;
  into.audit_failures = from.audit_failures;
  into.stream_overflows = from.watch_overflows;
  into.history_moments = {{"counted", from.history_moments}, {"missed", from.history_moments_missed}};
  into.history_minutes = {{"written", from.history_minutes}, {"dropped", from.history_minutes_dropped}};
  into.history_failures = from.history_failures;
  into.history_damaged = from.history_damaged;
  into.history_bytes = from.history_bytes;
  into.limits = by_kind(from.limits);
  into.limits_reached = by_kind(from.limits_reached);
  into.limits_reached_total = by_kind(from.limits_reached_total);
  into.limits_cleared_total = by_kind(from.limits_cleared_total);
  into.limit_looks = {{"complete", from.limit_looks},
                      {"incomplete", from.limit_looks_incomplete},
                      {"failed", from.limit_looks_failed},
                      {"missed", from.limit_looks_missed}};
  into.actor_failures = from.actor_failures;
}

void collect(const events::stream_registry& from, metrics_snapshot& into) {
  const auto& counters = from.counters;
  into.streams = from.size();
  into.streams_opened = counters.opened;
  into.streams_resumed = counters.resumed;
  into.streams_refused = counters.refused;
  into.stream_messages = counters.messages;
  for (std::size_t i = 0; i < reset_reasons.size(); ++i) {
    const std::string reason{reset_reasons[i].label};
    into.stream_resets.push_back({"all", reason, counters.resets[i]});
    into.stream_resets.push_back({"switch", reason, counters.resets_of_switch[i]});
  }
}

void collect(const symptom_counts& from, timestamp now, metrics_snapshot& into) {
  for (std::size_t i = 0; i < symptom_count; ++i)
    into.suspects.push_back({std::string{symptom_names[i]}, from.calls[i]});
  into.hang_ups_unconfirmed = from.unconfirmed;
  const auto age = from.oldest == timestamp{} ? timestamp::duration{0} : now - from.oldest;
  into.hang_ups_unconfirmed_oldest_seconds = std::max(std::chrono::duration<double>{age}.count(), 0.0);
}

void collect(const api::metrics& from, metrics_snapshot& into) {
  for (const auto& [name, counters] : from.methods())
    into.methods.push_back(to_method_metrics(name, counters));
  const auto& names = api::metrics::refusal_names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto why = static_cast<api::metrics::refusal>(i);
    // Every Digest client begins without a login: that is no failure.
    if (why == api::metrics::refusal::no_login)
      into.auth_challenges = from.refusals(why);
    else
      into.auth_failures.push_back({std::string{names[i]}, from.refusals(why)});
  }
}

void collect(const http::metrics& from, metrics_snapshot& into) {
  into.http = {from.open,       from.accepted, from.over_limit, from.accept_errors,
               from.tls_errors, from.timeouts, from.bytes_in,   from.bytes_out};
  into.http_requests = from.requests;
  into.http_malformed = from.malformed;
  into.http_handler_errors = from.handler_errors;
  into.http_cut = from.cut;
  into.http_handshakes = {{"under_way", from.handshakes}, {"waiting", from.handshakes_waiting}};
  into.http_handshakes_given_up = {{"replaced", from.handshakes_replaced},
                                   {"unserved", from.handshakes_unserved}};
  for (std::size_t i = 0; i < from.responses.size(); ++i)
    into.http_responses.push_back({std::to_string(i + 1) + "xx", from.responses[i]});
}

void collect(const feed::metrics& from, metrics_snapshot& into) {
  into.feed = {from.open,       from.accepted, from.turned_away, from.accept_errors,
               from.tls_errors, from.timeouts, from.bytes_in,    from.bytes_out};
  into.feed_strangers = from.strangers;
  into.feed_silent = from.silent;
  into.feed_braked = from.braked;
  into.feed_guessing_addresses = from.guessing;
  into.feed_guessing_addresses_forgotten = from.forgotten;
  for (std::size_t i = 0; i < close_reason_names.size(); ++i)
    if (static_cast<close_reason>(i) != close_reason::leaving)
      into.feed_refused.push_back({std::string{close_reason_names[i]}, from.closed[i]});
}

void collect(const cluster::metrics& from, metrics_snapshot& into) {
  into.cluster_connections = {
      {"dialled", from.dialled},         {"accepted", from.accepted},          {"joined", from.connections},
      {"turned_away", from.turned_away}, {"accept_error", from.accept_errors}, {"tls_error", from.tls_errors},
      {"timeout", from.timeouts},        {"bad_frame", from.bad_frames},       {"braked", from.braked}};
  into.cluster_guessing_addresses = from.guessing;
  for (std::size_t i = 0; i < cluster::refusal_codes.size(); ++i)
    into.cluster_refused.push_back({std::string{cluster::refusal_codes[i]}, from.refused[i]});
  into.cluster_bytes_in = from.bytes_in;
  into.cluster_bytes_out = from.bytes_out;
}

} // namespace rollcall
