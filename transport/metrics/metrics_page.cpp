#include "transport/metrics/metrics_page.hpp"

#include "transport/metrics/families.hpp"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

void add_process(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_build_info", "Which version this is; always 1").add(1, {{"version", now.version}});
  const auto started = std::chrono::duration<double>{now.started.time_since_epoch()}.count();
  page.gauge("process_start_time_seconds", "When the process started, since the epoch").add(started);
  page.gauge("rollcall_config_last_reload_successful", "0 while the last HUP's configuration was refused")
      .add(now.reloaded ? 1 : 0);
  page.gauge("rollcall_config_last_reload_success_timestamp_seconds",
             "When the configuration that is served was taken, since the epoch")
      .add(std::chrono::duration<double>{now.configured_at.time_since_epoch()}.count());
  page.gauge("rollcall_overview_complete", "Whether calls and switches could be asked for this page")
      .add(now.complete ? 1 : 0);
}

void add_calls(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_calls", "Calls on this node now, by state");
  for (std::size_t i = 0; i < call_state_count; ++i)
    page.add(number(now.calls[i]), {{"state", std::string{call_state_names[i]}}});
}

void add_certificates(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_certificate_days_left", "Days until a certificate of ours expires; negative: it has");
  for (const auto& each : now.certificates)
    page.add(each.days_left, {{"listener", each.of}});
}

template <class Value>
void add_for_each_switch(families& page, const metrics_snapshot& now, const char* name, const char* help,
                         Value value) {
  page.gauge(name, help);
  for (const auto& link : now.links)
    page.add(value(link), {{"switch", link.name.value()}});
}

void add_switches(families& page, const metrics_snapshot& now) {
  add_for_each_switch(page, now, "rollcall_switch_connected", "Whether the switch is connected",
                      [](const link_status& link) { return link.connected ? 1 : 0; });
  add_for_each_switch(page, now, "rollcall_switch_synced", "Whether the switch has told all its calls once",
                      [](const link_status& link) { return link.synced ? 1 : 0; });
  add_for_each_switch(page, now, "rollcall_switch_calls", "Calls of the switch that are not over",
                      [](const link_status& link) { return number(link.calls); });
  add_for_each_switch(page, now, "rollcall_switch_unverified_calls",
                      "Calls kept from before the connection was lost, until the next snapshot",
                      [](const link_status& link) { return number(link.unverified); });
  add_for_each_switch(page, now, "rollcall_switch_refused_calls",
                      "Calls above feed.calls_per_switch that are not shown, since the last snapshot began",
                      [](const link_status& link) { return number(link.refused); });
  add_for_each_switch(page, now, "rollcall_switch_ended_calls",
                      "Calls that are over and remembered, so that no late line brings one back",
                      [](const link_status& link) { return number(link.ended); });
  add_for_each_switch(page, now, "rollcall_switch_two_hosts", "Whether two hosts use the switch's name",
                      [](const link_status& link) { return link.trouble.empty() ? 0 : 1; });
}

void add_directory(families& page, const directory_source& source, bool served) {
  const auto is = [&](enum directory_source::state state) { return source.state == state ? 1 : 0; };
  page.gauge("rollcall_directory_database_away", "Whether the database of the directory cannot be reached")
      .add(is(directory_source::state::away));
  page.gauge("rollcall_directory_refused", "Whether the database holds a directory that cannot be served")
      .add(is(directory_source::state::refused));
  page.gauge("rollcall_directory_served", "Whether there is a directory with customers to serve")
      .add(served ? 1 : 0);
  page.gauge("rollcall_directory_state_since_seconds",
             "Since when the database stands to the directory as it does")
      .add(std::chrono::duration<double>{source.since.time_since_epoch()}.count());
}

void add_truth(families& page, const metrics_snapshot& now) {
  page.counter("rollcall_feed_events_total", "What switches said of their calls, by what came of it")
      .add(now.feed_events, "outcome");
  page.counter("rollcall_feed_snapshots_total", "Snapshots worked off").add(number(now.snapshots));
  page.counter("rollcall_feed_calls_settled_total", "Calls that ended because a snapshot did not name them")
      .add(number(now.calls_settled));
  page.counter("rollcall_feed_calls_revived_total",
               "Calls that a snapshot named after their end had been told: they go on")
      .add(number(now.calls_revived));
  page.counter("rollcall_feed_snapshots_given_up_total",
               "Snapshots that did not end in time, or had a line without a readable id; they ended no call")
      .add(number(now.snapshots_given_up));
  page.counter("rollcall_disconnects_total", "Disconnects of calls, by what came of them")
      .add(now.disconnects, "outcome");
  page.gauge("rollcall_suspect_calls", "Calls with a symptom, by that; looked at every 10 s")
      .add(now.suspects, "reason");
  page.gauge("rollcall_hang_ups_unconfirmed", "Calls that were hung up and are still there")
      .add(number(now.hang_ups_unconfirmed));
  page.gauge("rollcall_hang_ups_unconfirmed_oldest_seconds", "Since the first of these was hung up")
      .add(now.hang_ups_unconfirmed_oldest_seconds);
  page.counter("rollcall_tally_drift_total", "Counts that differed from the lists; must stay 0")
      .add(number(now.tally_drift));
  page.counter("rollcall_late_requests_total", "Requests that failed because a part did not come in time")
      .add(number(now.late_requests));
  page.counter("rollcall_audit_failures_total", "Disconnects that were answered with `audited` false")
      .add(number(now.audit_failures));
  const auto& audit = now.audit;
  page.gauge("rollcall_audit_writable", "1 while the audit log can be written")
      .add(audit.unwritable_since ? 0 : 1);
  page.counter("rollcall_audit_files_lost_total", "Times that the audit log's file was lost and begun anew")
      .add(number(audit.losses));
  page.gauge("rollcall_audit_backlog_bytes", "Bytes of entries that wait for the audit log")
      .add(number(audit.waiting_bytes));
  page.gauge("rollcall_audit_backlog_limit_bytes", "[audit] backlog").add(number(audit.limit_bytes));
  page.counter("rollcall_audit_parts_total",
               "Parts of audit entries that were not written in time, by what came of them")
      .add(outcome_counts{{"late", audit.late}, {"dropped", audit.dropped}}, "outcome");
  page.counter("rollcall_audit_left_out_total",
               "Requests that hung up nothing, beyond their customer's bound: not in the log")
      .add(number(audit.left_out));
  page.counter("rollcall_actor_failures_total", "Actors that ended by an error of ours")
      .add(number(now.actor_failures));
}

void add_history(families& page, const metrics_snapshot& now) {
  page.counter("rollcall_history_moments_total",
               "Moments at which this node was to count the calls of all, by what came of it")
      .add(now.history_moments, "outcome");
  page.counter("rollcall_history_minutes_total", "Minutes of the history, by what came of them")
      .add(now.history_minutes, "outcome");
  page.counter("rollcall_history_write_failures_total",
               "Times that the history could not be written, and was tried again")
      .add(number(now.history_failures));
  page.counter("rollcall_history_damaged_total",
               "Times that a minute or an hour of the history was read and is damaged: it is a gap")
      .add(number(now.history_damaged));
  page.gauge("rollcall_history_backlog_bytes", "Bytes of minutes that wait to be written; 64 MiB at most")
      .add(number(now.history_waiting_bytes));
  page.gauge("rollcall_history_file_bytes", "Bytes that the history takes").add(number(now.history_bytes));
}

void add_limits(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_limits", "Customers and accounts that have a max_sessions").add(now.limits, "kind");
  page.gauge("rollcall_limits_reached", "Of these, those that are reached, as this node's last look has it")
      .add(now.limits_reached, "kind");
  page.counter("rollcall_limits_reached_total", "Times that a limit was reached")
      .add(now.limits_reached_total, "kind");
  page.counter("rollcall_limits_cleared_total", "Times that a limit that was reached was so no more")
      .add(now.limits_cleared_total, "kind");
  page.counter("rollcall_limit_looks_total",
               "Times that this node looked, or was to look, at how much of the limits is used; incomplete: "
               "something was missing, so that no limit was cleared")
      .add(now.limit_looks, "outcome");
}

void add_api(families& page, const metrics_snapshot& now) {
  page.counter("rollcall_rpc_requests_total", "Calls of API methods: ok, or the code of the fault");
  for (const auto& method : now.methods)
    for (const auto& each : method.requests)
      page.add(number(each.count), {{"method", method.name}, {"outcome", each.outcome}});
  page.histogram("rollcall_rpc_duration_seconds", "How long API methods took; a list, to its first row");
  for (const auto& method : now.methods)
    page.add(method);
  page.counter("rollcall_auth_failures_total", "Requests that were not let in, by reason")
      .add(now.auth_failures, "reason");
  page.gauge("rollcall_guessing_addresses", "Addresses whose wrong passwords are remembered; 4096 at most")
      .add(number(now.guessing_addresses));
  page.counter("rollcall_guessing_addresses_forgotten_total", "Those forgotten for want of room")
      .add(number(now.guessing_addresses_forgotten));
  page.counter("rollcall_log_lines_left_out_total", "Log lines left out because too many came in a second")
      .add(now.log_lines_left_out, "about");
  page.counter("rollcall_auth_challenges_total", "Requests without a login, which were asked for one")
      .add(number(now.auth_challenges));
}

void add_listener(families& page, const std::string& name, const listener_metrics& now) {
  const auto add = [&](const char* rest, const char* help, std::uint64_t count) {
    page.counter(name + rest, help).add(number(count));
  };
  page.gauge(name + "_connections", "Connections open now").add(number(now.open));
  add("_connections_total", "Connections accepted", now.accepted);
  add("_connections_turned_away_total", "Connections closed because too many were open", now.turned_away);
  add("_accept_errors_total", "Accepts that failed; each is tried again", now.accept_errors);
  add("_tls_errors_total", "TLS handshakes that failed", now.tls_errors);
  add("_timeouts_total", "Connections ended by a deadline", now.timeouts);
  add("_received_bytes_total", "Bytes received", now.bytes_in);
  add("_sent_bytes_total", "Bytes sent", now.bytes_out);
}

void add_http(families& page, const metrics_snapshot& now) {
  add_listener(page, "rollcall_http", now.http);
  page.counter("rollcall_http_connections_turned_away_by_address_total",
               "Connections closed because their address had too many open")
      .add(number(now.http_turned_away_by_address));
  page.gauge("rollcall_http_handshakes", "TLS handshakes now; 256 are under way at most, 16 of one address")
      .add(now.http_handshakes, "state");
  page.counter("rollcall_http_handshakes_given_up_total",
               "TLS handshakes given up: for a newcomer, or because too many of their address were under way")
      .add(now.http_handshakes_given_up, "reason");
  page.counter("rollcall_http_requests_total", "Requests read").add(number(now.http_requests));
  page.counter("rollcall_http_malformed_total", "Requests refused before they were read to their end")
      .add(number(now.http_malformed));
  page.counter("rollcall_http_handler_errors_total",
               "Requests that were answered by an error of ours, or late")
      .add(number(now.http_handler_errors));
  page.counter("rollcall_http_cut_total", "Answers broken off midway").add(number(now.http_cut));
  page.counter("rollcall_http_responses_total", "Answers, by class of status")
      .add(now.http_responses, "class");
}

void add_feed(families& page, const metrics_snapshot& now) {
  add_listener(page, "rollcall_feed", now.feed);
  page.gauge("rollcall_feed_strangers", "Feed connections without a welcome").add(number(now.feed_strangers));
  page.counter("rollcall_feed_silent_total", "Switches closed because they did not answer a ping")
      .add(number(now.feed_silent));
  page.counter("rollcall_feed_refused_total", "Feed connections closed by us, by the reason")
      .add(now.feed_refused, "code");
  page.counter("rollcall_feed_braked_total",
               "Hellos not looked at, because too many wrong secrets had come from their address")
      .add(number(now.feed_braked));
  page.gauge("rollcall_feed_guessing_addresses",
             "Addresses whose wrong feed secrets are remembered; 4096 at most")
      .add(number(now.feed_guessing_addresses));
  page.counter("rollcall_feed_guessing_addresses_forgotten_total", "Those forgotten for want of room")
      .add(number(now.feed_guessing_addresses_forgotten));
}

/// Of the kinds that are dialled.
void add_drivers(families& page, const metrics_snapshot& now) {
  for (const auto& family : now.drivers) {
    page.counter(family.name, family.help);
    for (const auto& sample : family.samples) {
      std::vector<families::label> labels;
      for (const auto& [name, value] : sample.labels)
        labels.push_back({name, value});
      page.add(number(sample.value), std::move(labels));
    }
  }
  if (!now.complete || now.switch_clocks.empty())
    return;
  page.gauge("rollcall_switch_clock_offset_seconds", "How far the switch's clock is ahead of this node's");
  for (const auto& [name, ahead] : now.switch_clocks)
    page.add(ahead, {{"switch", name}});
}

void add_events(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_events_streams", "Streams that are open").add(number(now.streams));
  page.counter("rollcall_events_streams_opened_total", "Streams that were let in")
      .add(number(now.streams_opened));
  page.counter("rollcall_events_streams_refused_total", "Streams that were one too many")
      .add(number(now.streams_refused));
  page.counter("rollcall_events_resumed_total", "Streams that went on where a token stands")
      .add(number(now.streams_resumed));
  page.counter("rollcall_events_messages_total", "Messages written to streams")
      .add(number(now.stream_messages));
  page.counter("rollcall_events_resets_total", "Mirrors, or parts of one switch, that were begun anew");
  for (const auto& each : now.stream_resets)
    page.add(number(each.count), {{"of", each.of}, {"reason", each.reason}});
  page.gauge("rollcall_events_lag_changes", "Changes of calls here that the slowest stream has yet to read")
      .add(number(now.stream_lag));
  page.counter("rollcall_events_overflows_total",
               "Readers for whom too much waited, or of whom too little is known")
      .add(number(now.stream_overflows));
}

void add_cluster(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_node_up", "Whether the other node answers");
  for (const auto& node : now.nodes)
    page.add(node.up ? 1 : 0, {{"node", node.name}});
  page.gauge("rollcall_node_round_trip_seconds", "How long the last ping of the other node took");
  for (const auto& node : now.nodes)
    if (node.up)
      page.add(std::chrono::duration<double>{node.round_trip}.count(), {{"node", node.name}});
  page.gauge("rollcall_node_clock_offset_seconds",
             "How far the clock of the other node is ahead of this one's");
  for (const auto& node : now.nodes)
    if (node.up)
      page.add(std::chrono::duration<double>{node.ahead}.count(), {{"node", node.name}});
  page.gauge("rollcall_node_other_directory", "Whether the other node answers from another directory");
  for (const auto& node : now.nodes)
    if (node.up)
      page.add(node.other_directory ? 1 : 0, {{"node", node.name}});
  page.counter("rollcall_nodes_lost_total", "Times that another node went missing")
      .add(number(now.nodes_lost));
  page.counter("rollcall_switches_taken_over_total", "Switches that came here from another node")
      .add(number(now.switches_taken_over));
  page.counter("rollcall_cluster_connections_total", "Connections between nodes, by what came of them")
      .add(now.cluster_connections, "outcome");
  page.counter("rollcall_cluster_refused_total",
               "Connections of nodes refused here, by the code they were told")
      .add(now.cluster_refused, "code");
  page.gauge("rollcall_cluster_guessing_addresses",
             "Addresses whose wrong [cluster] secrets are remembered; 256 at most")
      .add(number(now.cluster_guessing_addresses));
  page.counter("rollcall_cluster_received_bytes_total", "Bytes from other nodes")
      .add(number(now.cluster_bytes_in));
  page.counter("rollcall_cluster_sent_bytes_total", "Bytes to other nodes")
      .add(number(now.cluster_bytes_out));
}

} // namespace

std::string render(const metrics_snapshot& snapshot) {
  families page;
  add_process(page, snapshot);
  add_certificates(page, snapshot);
  if (snapshot.complete) {
    add_calls(page, snapshot);
    add_switches(page, snapshot);
  }
  if (snapshot.source)
    add_directory(page, *snapshot.source, snapshot.directory_served);
  add_truth(page, snapshot);
  add_history(page, snapshot);
  add_limits(page, snapshot);
  add_api(page, snapshot);
  add_http(page, snapshot);
  add_feed(page, snapshot);
  add_drivers(page, snapshot);
  add_events(page, snapshot);
  add_cluster(page, snapshot);
  return prometheus::TextSerializer{}.Serialize(page.all());
}

} // namespace rollcall
