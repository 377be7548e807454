#include "apps/rollcalld/pages.hpp"

#include "apps/rollcalld/cluster_part.hpp"
#include "apps/rollcalld/overview.hpp"
#include "transport/metrics/collect.hpp"
#include "transport/metrics/health.hpp"
#include "transport/metrics/metrics_page.hpp"

#include <utility>

namespace rollcall {

pages::pages(caf::actor_system& system, local_front_actor front, const api::endpoint& api,
             context_ptr context, const http::metrics& http, const feed::metrics& feed,
             const kamailio::metrics& kamailio, const cluster_part& cluster,
             const directory_status& directory_status, std::chrono::milliseconds ready_grace)
    : system_(system),
      front_(std::move(front)),
      api_(api),
      context_(std::move(context)),
      http_(http),
      feed_(feed),
      kamailio_(kamailio),
      cluster_(cluster),
      directory_status_(directory_status),
      ready_grace_(ready_grace) {}

void pages::set_directory(directory_ptr dir) {
  const std::lock_guard lock{mutex_};
  directory_ = std::move(dir);
}

directory_ptr pages::current_directory() {
  const std::lock_guard lock{mutex_};
  return directory_;
}

std::chrono::milliseconds pages::uptime() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
}

void pages::handle(http::request request, http::reply_fn reply) {
  const auto live_path = request.path == "/livez";
  const auto ready_path = request.path == "/readyz";
  const auto metrics_path = request.path == "/metrics";
  if (!live_path && !ready_path && !metrics_path)
    return api_(std::move(request), std::move(reply));
  if (request.method != "GET") {
    auto refusal = http::text_response(405, "This page can only be read.");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return reply(std::move(refusal));
  }
  if (live_path)
    return live(reply);
  if (ready_path)
    return ready(request.query == "verbose", std::move(reply));
  metrics(std::move(reply));
}

void pages::live(const http::reply_fn& reply) const {
  auto answer = render_livez(uptime());
  reply(http::text_response(answer.status, std::move(answer.body)));
}

void pages::ready(bool verbose, http::reply_fn reply) {
  gather_overview(system_, front_, current_directory(),
                  [this, verbose, reply = std::move(reply)](const overview& seen) {
                    readiness node;
                    node.directory_loaded = true; // nothing is served before it is
                    node.source = directory_status_.look();
                    node.links_known = seen.links_known;
                    node.links = seen.links;
                    node.nodes = context_->cluster.view()->members;
                    node.now = system_now();
                    node.uptime = uptime();
                    node.ready_grace = ready_grace_;
                    auto answer = render_readyz(node, verbose);
                    reply(http::text_response(answer.status, std::move(answer.body)));
                  });
}

void pages::metrics(http::reply_fn reply) {
  gather_overview(system_, front_, current_directory(),
                  [this, reply = std::move(reply)](const overview& seen) {
                    metrics_snapshot page;
                    page.version = ROLLCALLD_VERSION;
                    page.started = started_at_;
                    for (std::size_t i = 0; i < call_state_count; ++i)
                      page.calls[i] = seen.calls.by_state[i];
                    page.links = seen.links;
                    page.source = directory_status_.look();
                    page.complete = seen.links_known && seen.calls_known;
                    collect(context_->metrics, page);
                    collect(api_.counters(), page);
                    collect(http_, page);
                    collect(feed_, page);
                    collect(kamailio_, page);
                    page.nodes = context_->cluster.view()->members;
                    if (const auto* wires = cluster_.counters())
                      collect(*wires, page);
                    http::response answer;
                    answer.content_type = metrics_content_type;
                    answer.body = render(page);
                    reply(std::move(answer));
                  });
}

} // namespace rollcall
