#include "actors/metrics.hpp"
#include "transport/api/metrics.hpp"
#include "transport/http/metrics.hpp"
#include "transport/metrics/collect.hpp"
#include "transport/metrics/metrics_page.hpp"
#include "transport/switches/feed/metrics.hpp"
#include "transport/switches/kamailio/metrics.hpp"

#include <doctest/doctest.h>

#include <array>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace rollcall::metrics_page_test {

namespace {

bool has_line(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

metrics_snapshot full_snapshot() {
  static constexpr std::array<std::string_view, 2> methods = {"disconnectCall", "listAllCalls"};
  metrics_snapshot now;
  now.version = "0.1.0";
  now.started = timestamp{std::chrono::milliseconds{1'732'320'000'500}};
  now.reloaded = false;
  now.configured_at = timestamp{std::chrono::seconds{1'732'320'002}};
  now.calls[static_cast<std::size_t>(call_state::connected)] = 7;
  link_status link;
  link.name = switch_name{"sbc-1"};
  link.connected = true;
  link.calls = 1'234'567;
  link.unverified = 2;
  now.links.push_back(link);
  now.source =
      directory_source{directory_source::state::away, timestamp{std::chrono::seconds{1'732'320'001}}};

  actor_metrics actors;
  actors.events_applied = 100;
  actors.lines_bad = 3;
  actors.disconnects_sent = 5;
  actors.history_moments = 60;
  actors.history_moments_missed = 2;
  actors.history_minutes = 9;
  actors.history_minutes_dropped = 4;
  actors.history_failures = 8;
  actors.history_damaged = 3;
  actors.history_bytes = 4096;
  actors.limits[limit_kind::account] = 40;
  actors.limits_reached[limit_kind::customer] = 2;
  actors.limits_reached_total[limit_kind::account] = 6;
  actors.limits_cleared_total[limit_kind::account] = 5;
  actors.limit_looks = 77;
  actors.limit_looks_incomplete = 1;
  now.history_waiting_bytes = 512;
  collect(actors, now);

  symptom_counts suspects;
  suspects.calls[static_cast<std::size_t>(symptom::age_over)] = 6;
  suspects.unconfirmed = 2;
  suspects.oldest = timestamp{std::chrono::seconds{1'732'320'000}};
  collect(suspects, timestamp{std::chrono::milliseconds{1'732'320'090'500}}, now);

  api::metrics api{methods};
  api.count("disconnectCall", std::nullopt, std::chrono::microseconds{700});
  api.count("disconnectCall", std::nullopt, std::chrono::seconds{60});
  api.count("disconnectCall", xmlrpc::fault_code::bad_parameter, std::chrono::microseconds{100});
  api.count("unknown", xmlrpc::fault_code::unknown_method, std::chrono::microseconds{100});
  api.count(api::metrics::refusal::no_login);
  api.count(api::metrics::refusal::bad_login);
  collect(api, now);

  http::metrics http;
  http.open = 12;
  http.count_response(200);
  collect(http, now);

  feed::metrics feed;
  ++feed.refused(close_reason::auth_failed);
  feed.braked = 6;
  feed.guessing = 2;
  collect(feed, now);

  kamailio::metrics kamailio;
  kamailio.events = 9;
  kamailio.gaps = 2;
  kamailio.frames_foreign = 4;
  kamailio.source_failures[1][5] = 3;
  kamailio.hang_ups_missing = 1;
  now.drivers = kamailio::families_of(kamailio);
  now.switch_clocks["kam-1"] = -3.5;
  return now;
}

} // namespace

TEST_CASE("the page shows what every part counts") {
  const auto page = render(full_snapshot());
  for (const std::string line : {"rollcall_build_info{version=\"0.1.0\"} 1",
                                 "rollcall_config_last_reload_successful 0",
                                 "rollcall_config_last_reload_success_timestamp_seconds 1732320002",
                                 "rollcall_calls{state=\"Connected\"} 7",
                                 "rollcall_calls{state=\"Idle\"} 0",
                                 "rollcall_switch_connected{switch=\"sbc-1\"} 1",
                                 "rollcall_switch_synced{switch=\"sbc-1\"} 0",
                                 "rollcall_switch_calls{switch=\"sbc-1\"} 1234567",
                                 "rollcall_switch_unverified_calls{switch=\"sbc-1\"} 2",
                                 "rollcall_feed_events_total{outcome=\"applied\"} 100",
                                 "rollcall_feed_events_total{outcome=\"bad\"} 3",
                                 "rollcall_disconnects_total{outcome=\"sent\"} 5",
                                 "rollcall_suspect_calls{reason=\"age_over\"} 6",
                                 "rollcall_suspect_calls{reason=\"no_media\"} 0",
                                 "rollcall_hang_ups_unconfirmed 2",
                                 "rollcall_hang_ups_unconfirmed_oldest_seconds 90.5",
                                 "rollcall_tally_drift_total 0",
                                 "rollcall_history_moments_total{outcome=\"counted\"} 60",
                                 "rollcall_history_moments_total{outcome=\"missed\"} 2",
                                 "rollcall_history_minutes_total{outcome=\"written\"} 9",
                                 "rollcall_history_minutes_total{outcome=\"dropped\"} 4",
                                 "rollcall_history_write_failures_total 8",
                                 "rollcall_history_damaged_total 3",
                                 "rollcall_history_backlog_bytes 512",
                                 "rollcall_history_file_bytes 4096",
                                 "rollcall_limits{kind=\"customer\"} 0",
                                 "rollcall_limits{kind=\"account\"} 40",
                                 "rollcall_limits_reached{kind=\"customer\"} 2",
                                 "rollcall_limits_reached_total{kind=\"account\"} 6",
                                 "rollcall_limits_cleared_total{kind=\"account\"} 5",
                                 "rollcall_limit_looks_total{outcome=\"complete\"} 77",
                                 "rollcall_limit_looks_total{outcome=\"incomplete\"} 1",
                                 "rollcall_limit_looks_total{outcome=\"missed\"} 0",
                                 "rollcall_directory_database_away 1",
                                 "rollcall_directory_refused 0",
                                 "rollcall_directory_state_since_seconds 1732320001",
                                 "rollcall_rpc_requests_total{method=\"disconnectCall\",outcome=\"ok\"} 2",
                                 "rollcall_rpc_requests_total{method=\"disconnectCall\",outcome=\"400\"} 1",
                                 "rollcall_rpc_requests_total{method=\"none\",outcome=\"-32601\"} 1",
                                 "rollcall_rpc_requests_total{method=\"listAllCalls\",outcome=\"ok\"} 0",
                                 "rollcall_auth_failures_total{reason=\"bad_login\"} 1",
                                 "rollcall_auth_challenges_total 1",
                                 "rollcall_http_connections 12",
                                 "rollcall_http_responses_total{class=\"2xx\"} 1",
                                 "rollcall_feed_refused_total{code=\"auth_failed\"} 1",
                                 "rollcall_feed_braked_total 6",
                                 "rollcall_feed_guessing_addresses 2",
                                 "rollcall_kamailio_frames_total{outcome=\"event\"} 9",
                                 "rollcall_kamailio_frames_total{outcome=\"foreign\"} 4",
                                 "rollcall_kamailio_gaps_total 2",
                                 "rollcall_switch_clock_offset_seconds{switch=\"kam-1\"} -3.5",
                                 "rollcall_kamailio_snapshot_failures_total{source=\"dlg.list over rpc\","
                                 "reason=\"unproved\"} 3",
                                 "rollcall_kamailio_hang_ups_total{outcome=\"missing\"} 1"}) {
    CAPTURE(line);
    CHECK(has_line(page, line));
  }
}

TEST_CASE("buckets are cumulative, the last one holds all, and the sum is in seconds") {
  const auto page = render(full_snapshot());
  const std::string bucket = "rollcall_rpc_duration_seconds_bucket{method=\"disconnectCall\",le=";
  CHECK(has_line(page, bucket + "\"0.0005\"} 1"));
  CHECK(has_line(page, bucket + "\"0.001\"} 2"));
  CHECK(has_line(page, bucket + "\"30\"} 2"));
  CHECK(has_line(page, bucket + "\"+Inf\"} 3"));
  CHECK(has_line(page, "rollcall_rpc_duration_seconds_count{method=\"disconnectCall\"} 3"));
  const auto sum = page.find("rollcall_rpc_duration_seconds_sum{method=\"disconnectCall\"} 60.0008");
  CHECK(sum != page.npos);
}

TEST_CASE("every sample has one type, and the names keep to the conventions") {
  std::istringstream page{render(full_snapshot())};
  const std::regex type{R"(# TYPE (\S+) (counter|gauge|histogram))"};
  const std::regex sample{R"(([a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? (\S+))"};
  std::set<std::string> counters;
  std::set<std::string> types;
  std::smatch found;
  for (std::string line; std::getline(page, line);) {
    CAPTURE(line);
    if (line.starts_with("# HELP"))
      continue;
    if (std::regex_match(line, found, type)) {
      CHECK(types.insert(found[1]).second);
      if (found[2] == "counter")
        counters.insert(found[1]);
      continue;
    }
    REQUIRE(std::regex_match(line, found, sample));
    const auto name = std::regex_replace(found[1].str(), std::regex{"_(bucket|sum|count)$"}, "");
    CHECK(types.contains(name));
    CHECK((name.starts_with("rollcall_") || name.starts_with("process_")));
    CHECK(name.ends_with("_total") == counters.contains(name));
  }
  CHECK(types.size() > 30);
}

TEST_CASE("calls and switches that are not known are left out, and the page says so") {
  auto now = full_snapshot();
  now.complete = false;
  const auto page = render(now);
  CHECK(has_line(page, "rollcall_overview_complete 0"));
  CHECK(page.find("rollcall_calls{") == page.npos);
  CHECK(page.find("{switch=") == page.npos);
  CHECK(has_line(page, "rollcall_tally_drift_total 0"));
}

} // namespace rollcall::metrics_page_test
