#include "apps/rollcalld/pages.hpp"

#include "apps/rollcalld/cluster_part.hpp"
#include "apps/version/version.hpp"
#include "transport/api/permission.hpp"
#include "transport/metrics/collect.hpp"
#include "transport/metrics/health.hpp"
#include "transport/metrics/metrics_page.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace rollcall {

pages::pages(caf::actor_system& system, node_actor node, const api::endpoint& api, context_ptr context,
             const http::metrics& http, const feed::metrics& feed, const switches::dialled_kinds& dialled,
             const cluster_part& cluster, const directory_status& directory_status,
             const certificate_watch& certificates, const events::events_page& events)
    : system_(system),
      node_(std::move(node)),
      api_(api),
      context_(std::move(context)),
      http_(http),
      feed_(feed),
      dialled_(dialled),
      cluster_(cluster),
      directory_status_(directory_status),
      certificates_(certificates),
      events_(events) {}

void pages::configure(directory_ptr dir, std::vector<switch_settings> switches,
                      std::chrono::milliseconds ready_grace) {
  ready_grace_ = ready_grace;
  if (dir->has_customers() && serving_since_.load() == std::chrono::steady_clock::time_point::max())
    serving_since_ = std::chrono::steady_clock::now();
  const std::lock_guard lock{mutex_};
  directory_ = std::move(dir);
  switches_ = std::move(switches);
}

void pages::reloaded(bool taken) {
  reloaded_ = taken;
  if (taken)
    configured_at_ = system_now();
}

namespace {

/// The switch that a note is about: what stands before its first colon ends with the name.
switch_name subject_of(const std::string& note) {
  const auto name = std::string_view{note}.substr(0, note.find(':'));
  return switch_name{std::string{name.substr(name.rfind(' ') + 1)}};
}

void collect(const api::access_counts& from, metrics_snapshot& into) {
  into.auth_failures.push_back({"braked", from.braked});
  into.guessing_addresses = from.guessing_addresses;
  into.guessing_addresses_forgotten = from.guessing_addresses_forgotten;
  into.log_lines_left_out = {{"refused_login", from.lines_refused},
                             {"braked", from.lines_braked},
                             {"distrusted", from.lines_distrusted},
                             {"other_site", from.lines_other_sites}};
}

} // namespace

std::vector<certificate_metrics> pages::certificate_days() const {
  using days = std::chrono::duration<double, std::ratio<24 * 60 * 60>>;
  std::vector<certificate_metrics> result;
  for (const auto& each : certificates_.look())
    result.push_back({each.of, days{each.expires - system_now()}.count()});
  return result;
}

directory_ptr pages::current_directory() {
  const std::lock_guard lock{mutex_};
  return directory_;
}

std::chrono::milliseconds pages::uptime() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
}

std::chrono::milliseconds pages::serving() const {
  const auto since = serving_since_.load();
  const auto now = std::chrono::steady_clock::now();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since < now ? now - since : now - now);
}

void pages::handle(http::request request, http::reply_fn reply) {
  const auto live_path = request.path == "/livez";
  const auto ready_path = request.path == "/readyz";
  const auto metrics_path = request.path == "/metrics";
  const auto events_path = request.path == "/events" && request.door != http::door::metrics;
  const auto is_page = live_path || ready_path || metrics_path || events_path;
  if (!is_page && request.door != http::door::metrics)
    return api_(std::move(request), std::move(reply));
  if (events_path)
    return stream(std::move(request), std::move(reply));
  if (auto refusal = api_.screen(request))
    return reply(std::move(*refusal));
  if (!is_page)
    return reply(http::text_response(404, "Not found."));
  if (request.method != "GET") {
    auto refusal = http::text_response(405, "This page can only be read.");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return reply(std::move(refusal));
  }
  if (live_path)
    return live(reply);
  const bool verbose = request.query == "verbose";
  if (ready_path && !verbose)
    return ready(verbose, {}, std::move(reply));
  auto switches = shown_to(request);
  if (auto* refusal = std::get_if<http::response>(&switches))
    return reply(std::move(*refusal));
  if (ready_path)
    ready(verbose, std::move(std::get<shown>(switches)), std::move(reply));
  else
    metrics(std::move(std::get<shown>(switches)), std::move(reply));
}

std::variant<pages::shown, http::response> pages::shown_to(const http::request& request) {
  if (request.door == http::door::metrics)
    return shown{};
  auto let_in = api_.let_in(request);
  if (auto* refusal = std::get_if<http::response>(&let_in))
    return std::move(*refusal);
  const auto& session = *std::get<api::session_ptr>(let_in);
  if (session.who.trusted())
    return shown{};
  const auto& login = *session.who.login;
  const auto environment = login.customer->environment;
  const auto* root = session.settings->directory->root(environment);
  if (!login.customer->api_access || !root || root->id != login.customer->id)
    return http::text_response(403, "This page is for root customers.");
  if (!login.may.has(right::view))
    return http::text_response(403, api::missing_right(right::view).text + '.');
  std::set<switch_name> own;
  const std::lock_guard lock{mutex_};
  for (const auto& each : switches_)
    if (each.environment == environment)
      own.insert(each.name);
  return shown{[own = std::move(own)](const switch_name& name) { return own.contains(name); }};
}

void pages::live(const http::reply_fn& reply) const {
  auto answer = render_livez(uptime());
  reply(http::text_response(answer.status, std::move(answer.body)));
}

void pages::stream(http::request request, http::reply_fn reply) const {
  const auto refuse = [&](http::response why) { reply(events::refusal_of_stream(std::move(why))); };
  if (auto refusal = api_.screen(request))
    return refuse(std::move(*refusal));
  if (request.method != "GET" || request.is_head) {
    auto refusal = http::text_response(405, "A stream can only be read, by GET.");
    refusal.headers.emplace_back("Allow", "GET");
    return refuse(std::move(refusal));
  }
  auto let_in = api_.let_in(request);
  if (auto* refusal = std::get_if<http::response>(&let_in))
    return refuse(std::move(*refusal));
  events_.serve(request, std::get<api::session_ptr>(let_in), std::move(reply));
}

void pages::look(std::function<void(overview)> done) {
  gather_overview(system_, context_, node_, current_directory(), std::move(done));
}

void pages::ready(bool verbose, shown switches, http::reply_fn reply) {
  look([this, verbose, switches = std::move(switches), reply = std::move(reply)](const overview& seen) {
    readiness node;
    node.node = context_->node.value();
    node.version = version();
    node.directory_loaded = current_directory()->has_customers();
    node.source = directory_status_.look();
    node.links_known = seen.links_known;
    node.links = seen.links;
    node.shows = switches;
    node.notes = dialled_.notes();
    std::erase_if(node.notes, [&](const auto& note) { return switches && !switches(subject_of(note)); });
    const auto others = context_->cluster.view();
    node.draining = others->draining;
    node.nodes = others->members;
    node.audit = context_->audit.status();
    node.now = system_now();
    node.uptime = serving();
    node.ready_grace = ready_grace_;
    auto answer = render_readyz(node, verbose);
    reply(http::text_response(answer.status, std::move(answer.body)));
  });
}

void pages::metrics(shown switches, http::reply_fn reply) {
  look([this, switches = std::move(switches), reply = std::move(reply)](const overview& seen) {
    metrics_snapshot page;
    page.version = version();
    page.started = started_at_;
    page.reloaded = reloaded_;
    page.configured_at = configured_at_;
    page.certificates = certificate_days();
    for (std::size_t i = 0; i < call_state_count; ++i)
      page.calls[i] = seen.calls.by_state[i];
    std::copy_if(seen.links.begin(), seen.links.end(), std::back_inserter(page.links),
                 [&](const link_status& link) { return !switches || switches(link.name); });
    page.source = directory_status_.look();
    page.directory_served = current_directory()->has_customers();
    page.complete = seen.links_known && seen.calls_known;
    collect(context_->metrics, page);
    collect(context_->symptoms.total(), context_->now(), page);
    collect(api_.counters(), page);
    collect(api_.access(), page);
    collect(http_, page);
    page.http_turned_away_by_address = http_.over_address_limit;
    collect(feed_, page);
    collect(events_.streams(), page);
    page.stream_lag = context_->watching.lag();
    page.drivers = dialled_.metrics();
    page.switch_clocks = dialled_.clocks();
    std::erase_if(page.switch_clocks,
                  [&](const auto& clock) { return switches && !switches(switch_name{clock.first}); });
    page.nodes = context_->cluster.view()->members;
    page.audit = context_->audit.status();
    page.history_waiting_bytes = context_->history.waiting();
    if (const auto* connections = cluster_.counters())
      collect(*connections, page);
    http::response answer;
    answer.content_type = metrics_content_type;
    answer.body = render(page);
    reply(std::move(answer));
  });
}

} // namespace rollcall
