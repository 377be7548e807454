#pragma once

#include "domain/base/time.hpp"
#include "transport/net/tls.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/feed/limits.hpp"
#include "transport/switches/feed/metrics.hpp"
#include "transport/switches/feed/switch_table.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace rollcall::feed {

/// The feed server (feed.md): listens for switches, lets in those that show their secret, attaches each to
/// its link and carries lines both ways.
///
/// Runs on the threads that run the io_context; each connection has a strand of its own. listen() and
/// set_tls() are for one thread at a time, the rest for any. The io_context must outlive the server.
class server {
public:
  using security = net::security;

  /// `node` is what the welcome says, `now` stamps the arrival of each line. `attach` is called on threads of
  /// the io_context.
  server(boost::asio::io_context& io, const limits& bounds, std::string node, switch_secrets switches,
         attach_fn attach, wall_clock now);

  /// Closes all connections at once; see drain() for the friendly way.
  ~server();

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Accepts switches on `address`, as http::server::listen does: the same addresses, the same errors.
  std::uint16_t listen(const std::string& address, security how = security::plain);

  /// The identity of connections accepted from now on; as http::server::set_tls.
  void set_tls(const net::tls_context& identity);

  /// Who may connect from now on. A switch that is not among them any more is closed with `unknown_switch`;
  /// one whose secret has changed stays, for it has shown the old one while that was right.
  void set_switches(switch_secrets switches);

  /// Has switches connect to other nodes, whose addresses `to` says. One that cannot be told is closed, and
  /// finds the way by itself. Those for which `to` says none stay.
  void move(move_fn to);

  /// Stops accepting, sends what waits to be sent, says goodbye to every switch, closes what is left after
  /// `deadline`, and then calls `done` once on a thread of the io_context.
  void drain(std::chrono::milliseconds deadline, std::function<void()> done);

  const metrics& counters() const noexcept;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace rollcall::feed
