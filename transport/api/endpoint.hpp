#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "transport/api/invocation.hpp"
#include "transport/api/metrics.hpp"
#include "transport/api/settings.hpp"
#include "transport/http/message.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

namespace rollcall::api {

/// What strangers cost, since the start; of the log, lines that were left out.
struct access_counts {
  std::uint64_t braked = 0;
  std::uint64_t guessing_addresses = 0; ///< now
  std::uint64_t guessing_addresses_forgotten = 0;
  std::uint64_t lines_refused = 0;
  std::uint64_t lines_braked = 0;
  std::uint64_t lines_distrusted = 0;
  std::uint64_t lines_other_sites = 0;
};

/// The XML-RPC API as an http::handler_fn. Any thread; copies are the same endpoint. Requests under way keep
/// what they need, so an endpoint may go before they are answered; the actor system may not.
class endpoint {
public:
  /// `auditor` may be null. Throws std::invalid_argument when the settings lack their directory or
  /// authenticator.
  endpoint(caf::actor_system& system, cluster_frontend_actor front, auditor_actor auditor,
           context_ptr context, settings first);

  /// True for the paths that this endpoint answers.
  static bool serves(std::string_view path);

  /// Takes effect for requests that arrive from now on. Throws like the constructor.
  void change(settings next);

  /// Finds out whose request this is (http::identify_client), and refuses one that a web page of another site
  /// has had a browser send, or that is for another host. For every page that is served beside this one.
  std::optional<http::response> screen(http::request& request) const;

  /// As whom a screened request is served (contract, 4.1 and 4.2), or how it is turned away.
  std::variant<session_ptr, http::response> let_in(const http::request& request) const;

  /// By what requests are served now.
  settings_ptr current() const;

  /// Serves one request, screened. Does not block; `reply` is called on this thread or one of the actor
  /// system.
  void operator()(http::request request, http::reply_fn reply) const;

  const metrics& counters() const noexcept;

  /// The same about who was let in.
  access_counts access() const;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace rollcall::api
