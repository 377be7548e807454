#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "transport/api/metrics.hpp"
#include "transport/api/refused_logins.hpp"
#include "transport/api/request_quota.hpp"

#include <caf/fwd.hpp>

#include <span>
#include <string_view>
#include <utility>

namespace rollcall::api {

/// What the requests of an endpoint share. It lives as long as the last of them; the actor system outlives
/// it.
struct service {
  service(caf::actor_system& in, cluster_frontend_actor asked, auditor_actor log, context_ptr of,
          std::span<const std::string_view> methods)
      : system(in),
        front(std::move(asked)),
        auditor(std::move(log)),
        context(std::move(of)),
        counters(methods) {}

  caf::actor_system& system;
  cluster_frontend_actor front;
  auditor_actor auditor; ///< null: nothing is written down
  context_ptr context;
  request_quota questions; ///< lists, counts, searches for names, previews
  request_quota disconnects;
  metrics counters;
  refused_logins refused;

  // Lines of the log, by address_key.
  log_throttles other_sites;
  log_throttles distrusted; ///< requests of trusted hosts that were not trusted
};

} // namespace rollcall::api
