#pragma once

#include "domain/base/log_throttle.hpp"
#include "transport/net/channel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall::net {

/// Splits "host:port" or "[v6]:port" and finds the address, asking the resolver for names. Throws
/// std::system_error that names the address.
boost::asio::ip::tcp::endpoint parse_endpoint(boost::asio::io_context& io, const std::string& address);

/// Accepts the connections of one address until it is stopped. Whatever makes an accept fail, it tries again.
class listener : public std::enable_shared_from_this<listener> {
public:
  struct events {
    std::function<void(channel::socket)> connected;

    /// `line` is for the log; none when there was one a moment ago, for this may go on ten times a second.
    std::function<void(const std::optional<std::string>& line)> failed;
  };

  /// Binds and listens; see server::listen for what it throws.
  listener(boost::asio::io_context& io, const std::string& address, events tell);

  void run();

  /// Closes the address. Any thread; a connection accepted at this very moment may still arrive.
  void stop();

  std::uint16_t port() const;

private:
  void do_accept();
  void on_accept(const channel::error_code& ec, channel::socket connected);
  void do_pause();

  boost::asio::io_context& io_;
  std::mutex mutex_; ///< guards the acceptor and the timer, so that stop() has effect when it returns
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  events tell_;
  log_throttle failures_{1};
};

} // namespace rollcall::net
