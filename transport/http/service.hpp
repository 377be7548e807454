#pragma once

#include "domain/base/log_throttles.hpp"
#include "transport/http/eviction.hpp"
#include "transport/http/handshake_gate.hpp"
#include "transport/http/limits.hpp"
#include "transport/http/message.hpp"
#include "transport/http/metrics.hpp"
#include "transport/http/session_registry.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <utility>

namespace rollcall::http {

/// What all sessions of one server share. It lives as long as the last of them.
struct service {
  service(const limits& chosen, handler_fn answers, boost::asio::any_io_executor for_bodies)
      : bounds(chosen),
        handler(std::move(answers)),
        encoders(std::move(for_bodies)),
        handshakes({chosen.handshakes, chosen.handshakes_per_address}, counters) {}

  const limits bounds;
  const handler_fn handler;
  const boost::asio::any_io_executor encoders; ///< where long bodies are made
  metrics counters;
  session_registry sessions;
  eviction strangers{sessions};
  handshake_gate handshakes;

  // Lines of the log, by address_key.
  log_throttles turned_away;
  log_throttles handshakes_given_up;
  log_throttles distrusted; ///< connections whose certificate counts no more
  log_throttles failures;

  std::atomic<bool> draining{false}; ///< no connection goes on after the answer under way
};

} // namespace rollcall::http
