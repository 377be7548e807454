#pragma once

#include "actors/close_reason.hpp"
#include "actors/switch_connection.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/switch_news.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rollcall {

/// The link of one switch as its connection sees it. Any thread, never blocks; what one thread delivers
/// arrives in order. After closed(), or once another connection of the same switch took over, everything
/// delivered is ignored.
class switch_port {
public:
  virtual ~switch_port() = default;

  /// Hands over what one read delivered. The connection keeps at most defaults::feed_window of these without
  /// a switch_connection::consumed() in return, and stops reading meanwhile.
  virtual void deliver(switch_news news) = 0;

  /// The connection is gone. The calls stay as they are, unverified, until the next snapshot.
  virtual void closed(const std::string& reason) = 0;
};

using switch_port_ptr = std::unique_ptr<switch_port>;

/// Answer to an attach: a port, or null and why not.
struct attach_result {
  switch_port_ptr port;
  close_reason refused = close_reason::leaving;
  std::string message = {};
};

/// Registers a connection with the link of its switch: `attach(name, epoch, connection, done)`. `done` is
/// called once, on any thread; the connection posts to its own strand. The daemon binds this to the node;
/// tests bind it to what they like.
using attach_fn =
    std::function<void(const switch_name& name, std::uint64_t epoch, switch_connection_ptr connection,
                       std::function<void(attach_result)> done)>;

} // namespace rollcall
