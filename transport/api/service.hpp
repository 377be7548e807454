#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "transport/api/admission.hpp"
#include "transport/api/metrics.hpp"
#include "transport/api/refused_logins.hpp"

#include <caf/fwd.hpp>

#include <span>
#include <string_view>
#include <utility>

namespace rollcall::api {

/// What the requests of an endpoint share. It lives as long as the last of them; the actor system outlives
/// it.
struct service {
  service(caf::actor_system& in, front_actor asked, context_ptr of, std::span<const std::string_view> methods)
      : system(in), front(std::move(asked)), context(std::move(of)), counters(methods) {}

  caf::actor_system& system;
  front_actor front;
  context_ptr context;
  admission questions; ///< lists and stats
  admission disconnects;
  metrics counters;
  refused_logins refused;
};

} // namespace rollcall::api
