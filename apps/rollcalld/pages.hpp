#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "apps/rollcalld/directory_status.hpp"
#include "transport/api/endpoint.hpp"
#include "transport/feed/metrics.hpp"
#include "transport/http/message.hpp"
#include "transport/http/metrics.hpp"
#include "transport/kamailio/metrics.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <mutex>

namespace rollcall {

class cluster_part;

/// What the node serves over HTTP: the API, and beside it /livez, /readyz and /metrics. Any thread.
class pages {
public:
  /// All references must outlive this.
  pages(caf::actor_system& system, local_front_actor front, const api::endpoint& api, context_ptr context,
        const http::metrics& http, const feed::metrics& feed, const kamailio::metrics& kamailio,
        const cluster_part& cluster, const directory_status& directory_status,
        std::chrono::milliseconds ready_grace);

  /// The directory whose customers' calls are counted from now on.
  void set_directory(directory_ptr dir);

  /// An http::handler_fn.
  void handle(http::request request, http::reply_fn reply);

private:
  void live(const http::reply_fn& reply) const;
  void ready(bool verbose, http::reply_fn reply);
  void metrics(http::reply_fn reply);
  directory_ptr current_directory();
  std::chrono::milliseconds uptime() const;

  caf::actor_system& system_;
  local_front_actor front_;
  const api::endpoint& api_;
  context_ptr context_;
  const http::metrics& http_;
  const feed::metrics& feed_;
  const kamailio::metrics& kamailio_;
  const cluster_part& cluster_;
  const directory_status& directory_status_;
  std::chrono::milliseconds ready_grace_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  timestamp started_at_ = system_now();
  std::mutex mutex_;
  directory_ptr directory_;
};

} // namespace rollcall
