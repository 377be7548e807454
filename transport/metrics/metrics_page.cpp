#include "transport/metrics/metrics_page.hpp"

#include "transport/metrics/families.hpp"

#include <prometheus/text_serializer.h>

#include <chrono>

namespace rollcall {

namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

void add_process(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_build_info", "Which version this is; always 1").add(1, {{"version", now.version}});
  const auto started = std::chrono::duration<double>{now.started.time_since_epoch()}.count();
  page.gauge("process_start_time_seconds", "When the process started, since the epoch").add(started);
  page.gauge("rollcall_overview_complete", "Whether calls and switches could be asked for this page")
      .add(now.complete ? 1 : 0);
}

void add_calls(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_calls", "Calls on this node now, by state");
  for (std::size_t i = 0; i < call_state_count; ++i)
    page.add(number(now.calls[i]), {{"state", std::string{call_state_names[i]}}});
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
}

void add_directory(families& page, const directory_source& source) {
  const auto is = [&](enum directory_source::state state) { return source.state == state ? 1 : 0; };
  page.gauge("rollcall_directory_database_away", "Whether the database of the directory cannot be reached")
      .add(is(directory_source::state::away));
  page.gauge("rollcall_directory_refused", "Whether the database holds a directory that cannot be served")
      .add(is(directory_source::state::refused));
  page.gauge("rollcall_directory_state_since_seconds", "Since when the two above are as they are")
      .add(std::chrono::duration<double>{source.since.time_since_epoch()}.count());
}

void add_truth(families& page, const metrics_snapshot& now) {
  page.counter("rollcall_feed_events_total", "What switches said of their calls, by what came of it")
      .add(now.feed_events, "outcome");
  page.counter("rollcall_feed_snapshots_total", "Snapshots worked off").add(number(now.snapshots));
  page.counter("rollcall_feed_calls_settled_total", "Calls that ended because a snapshot did not name them")
      .add(number(now.calls_settled));
  page.counter("rollcall_disconnects_total", "Disconnects of calls, by what came of them")
      .add(now.disconnects, "outcome");
  page.counter("rollcall_tally_drift_total", "Counts that differed from the lists; must stay 0")
      .add(number(now.tally_drift));
  page.counter("rollcall_late_requests_total", "Requests that failed because a part did not come in time")
      .add(number(now.late_requests));
  page.counter("rollcall_audit_failures_total", "Audit entries that could not be written")
      .add(number(now.audit_failures));
  page.counter("rollcall_actor_failures_total", "Actors that ended by an error of ours")
      .add(number(now.actor_failures));
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
  page.counter("rollcall_feed_refused_total", "Feed connections closed by us, by the code they were told")
      .add(now.feed_refused, "code");
}

void add_kamailio(families& page, const metrics_snapshot& now) {
  page.counter("rollcall_kamailio_connections_total",
               "Connections to Kamailios: come, and gone or never come about")
      .add(now.kamailio_connections, "outcome");
  page.counter("rollcall_kamailio_frames_total",
               "Frames of Kamailios about calls: used, of calls already over, bad")
      .add(now.kamailio_frames, "outcome");
  page.counter("rollcall_kamailio_gaps_total",
               "Times that events were found missing; a snapshot follows each")
      .add(number(now.kamailio_gaps));
  page.counter("rollcall_kamailio_snapshots_total", "Snapshots of all dialogs")
      .add(now.kamailio_snapshots, "outcome");
  page.counter("rollcall_kamailio_bad_dialogs_total", "Dialogs in snapshots that were not understood")
      .add(number(now.kamailio_dialogs_bad));
  page.counter("rollcall_kamailio_hang_ups_total", "Commands to hang up a dialog, by what came of them")
      .add(now.kamailio_hang_ups, "outcome");
}

void add_cluster(families& page, const metrics_snapshot& now) {
  page.gauge("rollcall_node_up", "Whether the other node answers");
  for (const auto& node : now.nodes)
    page.add(node.up ? 1 : 0, {{"node", node.name}});
  page.gauge("rollcall_node_round_trip_seconds", "How long the last ping of the other node took");
  for (const auto& node : now.nodes)
    if (node.up)
      page.add(std::chrono::duration<double>{node.round_trip}.count(), {{"node", node.name}});
  page.counter("rollcall_nodes_lost_total", "Times that another node went missing")
      .add(number(now.nodes_lost));
  page.counter("rollcall_switches_taken_over_total", "Switches that came here from another node")
      .add(number(now.switches_taken_over));
  page.counter("rollcall_cluster_connections_total", "Connections between nodes, by what came of them")
      .add(now.cluster_connections, "outcome");
  page.counter("rollcall_cluster_refused_total",
               "Connections of nodes refused here, by the code they were told")
      .add(now.cluster_refused, "code");
  page.counter("rollcall_cluster_received_bytes_total", "Bytes from other nodes")
      .add(number(now.cluster_bytes_in));
  page.counter("rollcall_cluster_sent_bytes_total", "Bytes to other nodes")
      .add(number(now.cluster_bytes_out));
}

} // namespace

std::string render(const metrics_snapshot& snapshot) {
  families page;
  add_process(page, snapshot);
  if (snapshot.complete) {
    add_calls(page, snapshot);
    add_switches(page, snapshot);
  }
  if (snapshot.source)
    add_directory(page, *snapshot.source);
  add_truth(page, snapshot);
  add_api(page, snapshot);
  add_http(page, snapshot);
  add_feed(page, snapshot);
  add_kamailio(page, snapshot);
  add_cluster(page, snapshot);
  return prometheus::TextSerializer{}.Serialize(page.all());
}

} // namespace rollcall
