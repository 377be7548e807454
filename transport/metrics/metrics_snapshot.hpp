#pragma once

#include "actors/audit_backlog.hpp"
#include "actors/cluster_view.hpp"
#include "actors/messages.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"
#include "transport/metrics/directory_source.hpp"
#include "transport/switches/common/metric_family.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// How often something happened, by what came of it.
struct outcome_count {
  std::string outcome;
  std::uint64_t count = 0;
};

using outcome_counts = std::vector<outcome_count>;

/// What one method of the API did.
struct method_metrics {
  std::string name;
  outcome_counts requests;
  std::vector<double> bounds;           ///< upper bounds of the buckets, seconds, rising
  std::vector<std::uint64_t> durations; ///< requests in each bucket, not cumulative; one more than bounds
  double seconds = 0;                   ///< the sum of all durations
};

/// What a server of ours did with its connections.
struct listener_metrics {
  std::uint64_t open = 0; ///< now
  std::uint64_t accepted = 0;
  std::uint64_t turned_away = 0; ///< because too many were open
  std::uint64_t accept_errors = 0;
  std::uint64_t tls_errors = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

/// How long a certificate of ours is good.
struct certificate_metrics {
  std::string of; ///< whose listener
  double days_left = 0;
};

/// How often streams were begun anew.
struct reset_metrics {
  std::string of; ///< `all`: the whole mirror; `switch`: the part of one
  std::string reason;
  std::uint64_t count = 0;
};

/// Everything that /metrics shows, at one moment. All counts are since the start.
struct metrics_snapshot {
  std::string version;
  timestamp started;

  bool reloaded = true;      ///< false: the last HUP was refused
  timestamp configured_at{}; ///< when the configuration that is served was taken

  std::array<std::uint64_t, call_state_count> calls{}; ///< live calls now, by state
  link_statuses links;
  bool complete = true; ///< false when calls and links are not known: they are then left out

  std::optional<directory_source> source; ///< none: the directory is in no database that is followed
  bool directory_served = false;          ///< it has customers
  std::vector<member_state> nodes;        ///< the other nodes
  std::uint64_t nodes_lost = 0;
  std::uint64_t switches_taken_over = 0;

  outcome_counts feed_events;
  outcome_counts disconnects;
  std::uint64_t snapshots = 0;
  std::uint64_t calls_settled = 0;
  std::uint64_t calls_revived = 0;
  std::uint64_t snapshots_given_up = 0;
  std::uint64_t tally_drift = 0;
  std::uint64_t late_requests = 0;
  std::uint64_t audit_failures = 0;
  outcome_counts suspects;                        ///< calls now, by symptom
  std::uint64_t hang_ups_unconfirmed = 0;         ///< calls now that are still there
  double hang_ups_unconfirmed_oldest_seconds = 0; ///< since the first of these was asked for
  std::uint64_t streams = 0;                      ///< open now
  std::uint64_t streams_opened = 0;
  std::uint64_t streams_resumed = 0;
  std::uint64_t streams_refused = 0;
  std::uint64_t stream_messages = 0;
  std::vector<reset_metrics> stream_resets;
  std::uint64_t stream_lag = 0; ///< changes that the slowest stream has not read
  std::uint64_t stream_overflows = 0;
  audit_status audit;
  outcome_counts history_moments; ///< at which calls were to be counted, by what came of it
  outcome_counts history_minutes; ///< of the history, by what came of them
  std::uint64_t history_failures = 0;
  std::uint64_t history_damaged = 0;
  std::uint64_t history_waiting_bytes = 0; ///< now, as the next one
  std::uint64_t history_bytes = 0;
  outcome_counts limits; ///< that there are, by kind, as the next three
  outcome_counts limits_reached;
  outcome_counts limits_reached_total;
  outcome_counts limits_cleared_total;
  outcome_counts limit_looks; ///< by what came of them
  std::uint64_t actor_failures = 0;

  std::vector<method_metrics> methods;
  outcome_counts auth_failures; ///< by reason
  std::uint64_t auth_challenges = 0;
  std::uint64_t guessing_addresses = 0; ///< now
  std::uint64_t guessing_addresses_forgotten = 0;
  outcome_counts log_lines_left_out; ///< by what they are about

  std::vector<certificate_metrics> certificates;

  listener_metrics http;
  std::uint64_t http_requests = 0;
  std::uint64_t http_malformed = 0;
  std::uint64_t http_handler_errors = 0;
  std::uint64_t http_cut = 0;
  outcome_counts http_responses; ///< by class: "2xx"
  std::uint64_t http_turned_away_by_address = 0;
  outcome_counts http_handshakes; ///< of TLS, now
  outcome_counts http_handshakes_given_up;

  listener_metrics feed;
  std::uint64_t feed_strangers = 0;          ///< connections without a welcome, now
  std::uint64_t feed_silent = 0;             ///< switches that did not answer a ping
  outcome_counts feed_refused;               ///< by code of feed.md
  std::uint64_t feed_braked = 0;             ///< hellos not looked at
  std::uint64_t feed_guessing_addresses = 0; ///< now
  std::uint64_t feed_guessing_addresses_forgotten = 0;

  std::vector<switches::metric_family> drivers; ///< of the kinds of switches that are dialled
  std::map<std::string, double> switch_clocks;  ///< seconds that they are ahead, of those that were measured

  outcome_counts cluster_connections;           ///< of other nodes, by what came of them
  outcome_counts cluster_refused;               ///< by code
  std::uint64_t cluster_guessing_addresses = 0; ///< now
  std::uint64_t cluster_bytes_in = 0;
  std::uint64_t cluster_bytes_out = 0;
};

} // namespace rollcall
