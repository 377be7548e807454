#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "apps/rollcalld/certificates.hpp"
#include "apps/rollcalld/directory_status.hpp"
#include "apps/rollcalld/overview.hpp"
#include "transport/api/endpoint.hpp"
#include "transport/events/events_page.hpp"
#include "transport/http/message.hpp"
#include "transport/http/metrics.hpp"
#include "transport/metrics/metrics_snapshot.hpp"
#include "transport/switches/feed/metrics.hpp"
#include "transport/switches/registry/dialled_kinds.hpp"

#include <caf/fwd.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <variant>
#include <vector>

namespace rollcall {

class cluster_part;

/// What the node serves over HTTP: the API, and beside it /events, /livez, /readyz and /metrics. `/metrics`
/// and
/// `/readyz?verbose` name switches of all environments. Trusted hosts may read them, root customers their own
/// part, and every client of the address in [metrics] listen. Any thread.
class pages {
public:
  /// All references must outlive this.
  pages(caf::actor_system& system, node_actor node, const api::endpoint& api, context_ptr context,
        const http::metrics& http, const feed::metrics& feed, const switches::dialled_kinds& dialled,
        const cluster_part& cluster, const directory_status& directory_status,
        const certificate_watch& certificates, const events::events_page& events);

  /// What the node is configured to from now on: the directory whose customers' calls are counted, which
  /// switches are of which environment, and how long after the start `/readyz` waits for those that do not
  /// come.
  void configure(directory_ptr dir, std::vector<switch_settings> switches,
                 std::chrono::milliseconds ready_grace);

  /// What came of a HUP: the new configuration was taken, or refused.
  void reloaded(bool taken);

  /// Asks the actors how the node is; `done` is called once, on one of their threads.
  void look(std::function<void(overview)> done);

  /// An http::handler_fn.
  void handle(http::request request, http::reply_fn reply);

private:
  /// Which switches may be named; empty: every one.
  using shown = std::function<bool(const switch_name&)>;

  std::variant<shown, http::response> shown_to(const http::request& request);
  void live(const http::reply_fn& reply) const;
  void stream(http::request request, http::reply_fn reply) const;
  void ready(bool verbose, shown switches, http::reply_fn reply);
  void metrics(shown switches, http::reply_fn reply);
  directory_ptr current_directory();
  std::vector<certificate_metrics> certificate_days() const;
  std::chrono::milliseconds uptime() const;
  std::chrono::milliseconds serving() const;

  caf::actor_system& system_;
  node_actor node_;
  const api::endpoint& api_;
  context_ptr context_;
  const http::metrics& http_;
  const feed::metrics& feed_;
  const switches::dialled_kinds& dialled_;
  const cluster_part& cluster_;
  const directory_status& directory_status_;
  const certificate_watch& certificates_;
  const events::events_page& events_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  timestamp started_at_ = system_now();
  std::atomic<bool> reloaded_ = true; ///< the last HUP was not refused
  std::atomic<timestamp> configured_at_ = started_at_;
  std::mutex mutex_;
  directory_ptr directory_;
  std::vector<switch_settings> switches_;
  std::atomic<std::chrono::milliseconds> ready_grace_;
  /// Since when switches may come: before there is a directory none is let in.
  std::atomic<std::chrono::steady_clock::time_point> serving_since_{
      std::chrono::steady_clock::time_point::max()};
};

} // namespace rollcall
