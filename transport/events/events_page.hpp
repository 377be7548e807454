#pragma once

#include "transport/api/invocation.hpp"
#include "transport/events/stream_registry.hpp"
#include "transport/events/token.hpp"
#include "transport/http/message.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace rollcall::events {

/// A refusal that somebody has made as text, as streams tell them: an object with `code` and `message`. That
/// of a login (401) stays as it is.
http::response refusal_of_stream(http::response why);

/// `GET /events` (events.md, 3): a stream of one scope's calls. Any thread.
class events_page {
public:
  /// By what the API goes now; asked by open streams again and again.
  using settings_source = std::function<api::settings_ptr()>;

  explicit events_page(settings_source settings) : settings_(std::move(settings)) {}

  /// Serves a request that was let in. `reply` is called once, on this thread or one of the actor system.
  void serve(const http::request& request, const api::session_ptr& by, http::reply_fn reply) const;

  /// What tokens are sealed with from now on.
  void set_tokens(std::shared_ptr<const token_seal> tokens);

  stream_registry& streams() const { return *registry_; }

private:
  std::shared_ptr<const token_seal> tokens() const;

  settings_source settings_;
  std::shared_ptr<stream_registry> registry_ = std::make_shared<stream_registry>();
  mutable std::mutex mutex_;
  std::shared_ptr<const token_seal> tokens_ =
      std::make_shared<const token_seal>(std::vector<net::derived_key>{});
};

} // namespace rollcall::events
