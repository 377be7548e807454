#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "transport/api/metrics.hpp"
#include "transport/api/settings.hpp"
#include "transport/http/message.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <string_view>

namespace rollcall::api {

/// The XML-RPC API as an http::handler_fn. Any thread; copies are the same endpoint. Requests under way keep
/// what they need, so an endpoint may go before they are answered; the actor system may not.
class endpoint {
public:
  /// Throws std::invalid_argument when the settings lack their directory or authenticator.
  endpoint(caf::actor_system& system, front_actor front, context_ptr context, settings first);

  /// True for the paths that this endpoint answers.
  static bool serves(std::string_view path);

  /// Takes effect for requests that arrive from now on. Throws like the constructor.
  void change(settings next);

  /// Serves one request. Does not block; `reply` is called on this thread or one of the actor system.
  void operator()(http::request request, http::reply_fn reply) const;

  const metrics& counters() const noexcept;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace rollcall::api
