#pragma once

#include "domain/base/ids.hpp"
#include "domain/directory/directory.hpp"
#include "transport/api/confirmations.hpp"
#include "transport/http/digest.hpp"
#include "transport/http/peers.hpp"
#include "transport/http/site.hpp"
#include "transport/xmlrpc/row.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace rollcall::api {

/// What the API goes by: one immutable picture, replaced as a whole by a reload. Each HTTP request uses one
/// picture from beginning to end.
struct settings {
  directory_ptr directory; ///< never null
  http::peer_list trusted_hosts;
  http::peer_list proxies; ///< whose word on whom they pass on counts, but never for trust
  http::host_list hosts;   ///< of this service; others are refused when there are any
  http::host_list machine = http::machine_names();
  std::shared_ptr<http::authenticator>
      authenticator; ///< never null; kept over reloads that change nothing of it
  /// Never null; kept over reloads. Without keys no preview can be confirmed.
  std::shared_ptr<api::confirmations> confirmations = std::make_shared<api::confirmations>();
  node_id node; ///< named in faults
  bool ignore_unknown_parameters = false;
  xmlrpc::answer_style style;
  std::size_t requests_at_once = 64; ///< of one customer; more get fault 429
  std::uint64_t confirm_above = 0;   ///< calls that one disconnect may hang up unconfirmed; 0: any number
  std::chrono::milliseconds history_minutes{
      std::chrono::hours{7 * 24}}; ///< how long the history is kept by the minute
};

using settings_ptr = std::shared_ptr<const settings>;

} // namespace rollcall::api
