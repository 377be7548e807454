#pragma once

#include "actors/messages.hpp"
#include "transport/api/settings.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/fault.hpp"
#include "transport/xmlrpc/value.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::api {

struct service;

/// Who asks, once let in.
struct caller {
  std::optional<identity> login; ///< of the settings' directory, with its rights; none in trusted mode
  std::string address;           ///< of the socket's peer

  bool trusted() const noexcept { return !login; }
};

/// One HTTP request: what all calls in it share.
struct session {
  std::shared_ptr<service> served_by;
  settings_ptr settings;
  caller who;
  std::chrono::milliseconds waited{0}; ///< for this node to read it, see http::request
};

using session_ptr = std::shared_ptr<const session>;

/// One call of a method.
struct invocation {
  session_ptr session;
  std::string method; ///< as the client named it
  xmlrpc::array params;
  bool part = false; ///< of a system.multicall

  const api::settings& settings() const noexcept { return *session->settings; }
  const caller& who() const noexcept { return session->who; }
};

using invocation_ptr = std::shared_ptr<const invocation>;

/// What a method answers.
struct answer {
  xmlrpc::body value;                  ///< one XML-RPC value
  std::optional<coverage> covers = {}; ///< of an answer about calls
};

using outcome = xmlrpc::or_fault<answer>;

/// Takes the outcome of one invocation: once, on any thread. Must not throw.
using done_fn = std::function<void(outcome)>;

} // namespace rollcall::api
