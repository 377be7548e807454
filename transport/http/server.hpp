#pragma once

#include "transport/http/limits.hpp"
#include "transport/http/message.hpp"
#include "transport/http/metrics.hpp"
#include "transport/http/peers.hpp"
#include "transport/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace rollcall::http {

/// The HTTP/1.1 server: listens, keeps connections alive, hands requests to the handler and writes answers.
///
/// Runs on the threads that run the io_context; each connection has a strand of its own. The pieces of long
/// bodies are made by the threads that run `encoders`, which may be the same, so that they slow nothing else
/// down. listen() and set_tls() are for one thread at a time, drain() and counters() for any. Both
/// io_contexts must outlive the server.
class server {
public:
  server(boost::asio::io_context& io, boost::asio::io_context& encoders, const limits& bounds,
         handler_fn handler);

  /// Closes all connections at once; see drain() for the friendly way.
  ~server();

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Accepts connections on `address`: "host:port" or "[v6]:port"; port 0 picks a free one, and "[::]:port"
  /// takes IPv4 as well; requests say by their `door` what it is for. Returns the port. Throws
  /// std::system_error, naming the address, when it cannot be bound, or with std::errc::invalid_argument when
  /// it is none; std::logic_error for TLS before set_tls().
  std::uint16_t listen(const std::string& address, net::security how = net::security::plain,
                       door entrance = door::api);

  /// The identity of connections accepted from now on. Those that are open keep theirs, but for one whose
  /// client has shown a certificate that no authority of this identity vouches for: that is cut.
  void set_tls(const net::tls_context& identity);

  /// How many connections one address may have open; more are told 503 and closed. Those of `exempt`,
  /// proxies, stand for many clients. For those that come from now on. Any thread.
  void bound_peers(std::size_t most, peer_list exempt);

  /// Stops accepting, closes idle connections, lets running answers finish, closes what is left after
  /// `deadline`, and then calls `done` once on a thread of the io_context.
  void drain(std::chrono::milliseconds deadline, std::function<void()> done);

  const metrics& counters() const noexcept;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace rollcall::http
