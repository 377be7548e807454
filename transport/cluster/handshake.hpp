#pragma once

#include "transport/cluster/limits.hpp"
#include "transport/cluster/metrics.hpp"
#include "transport/cluster/registrar.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::cluster {

/// The words on a connection before BASP: the TLS handshake and a line each way, each within its time. Runs
/// on the connection's strand; kept alive by what is under way.
class handshake : public std::enable_shared_from_this<handshake> {
public:
  using side = net::channel::handshake_side;

  /// `error` is for people, and empty when all went well.
  using done_fn = std::function<void(const std::string& error)>;
  using line_fn = std::function<void(const std::string& error, const std::string& line)>;

  handshake(net::channel::socket connected, net::tls_context tls, const limits& bounds,
            std::shared_ptr<metrics> counters);

  const net::channel::strand& executor() { return channel_->executor(); }

  /// The address of the other end, without the port.
  const std::string& peer() const { return peer_; }

  /// TLS, if there is any.
  void begin(side as, done_fn done);

  /// Sends a line, its end included.
  void say(std::string line, done_fn done);

  /// Waits for a line and returns it without its end. Nothing may follow it.
  void read_line(line_fn done);

  /// Sends a last line, and closes when it was read or soon.
  void say_goodbye(std::string line);

  /// Closes, but not before the other side could read what TLS has against it.
  void leave() { channel_->finish(bounds_.linger); }

  /// Ends what is under way with an error.
  void cut();

  /// The connection, for what follows.
  const channel_ptr& over() const { return channel_; }

  /// Who the other end is, as far as its certificate says. `proven`: it knows the cluster's secret.
  identification identified(bool proven) const;

private:
  void do_read(line_fn done);
  void on_read(const net::channel::error_code& ec, std::size_t size, const line_fn& done);
  void on_deadline();
  std::string told(const char* phase, const net::channel::error_code& ec) const;

  channel_ptr channel_;
  std::string peer_;
  limits bounds_;
  std::shared_ptr<metrics> counters_;
  std::string written_;
  std::string read_;
  std::size_t have_ = 0; ///< bytes of read_
  bool late_ = false;
};

} // namespace rollcall::cluster
