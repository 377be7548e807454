#pragma once

#include "transport/net/peer_certificate.hpp"
#include "transport/net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::net {

/// A client's connection, with or without TLS, and the one deadline that stands over it. Everything runs on
/// the connection's strand; the owner is kept alive by whatever is under way.
class channel {
public:
  using strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  using socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, strand>;
  using error_code = boost::system::error_code;
  using clock = std::chrono::steady_clock;
  using handshake_side = boost::asio::ssl::stream_base::handshake_type;

  /// Plain when `tls` is null.
  channel(socket connected, tls_context tls);

  /// Says who owns this, and what to do when the deadline passes. Before anything else.
  void own(const std::weak_ptr<void>& owner, std::function<void()> on_deadline);

  const strand& executor() { return strand_; }
  bool is_tls() const noexcept { return tls_context_ != nullptr; }

  /// The peer's address as text, an IPv4-mapped one as IPv4; empty when it has gone already.
  std::string peer() const;

  /// What the peer has shown in the handshake; empty without TLS.
  peer_certificate certificate();

  /// True when who connects under this identity would be let in with what this peer has shown: it demands no
  /// certificate, or an authority of it vouches for the peer's. Also without TLS.
  bool is_admitted_by(const tls_context& identity);

  /// For how long the kernel has had what came last; 0 when it does not say. Never more than it was, and less
  /// by up to two ticks of the kernel's clock: a call that a client has seen in a list began before its next
  /// request.
  std::chrono::milliseconds waited() const;

  /// Has the kernel acknowledge what came at once. It forgets that with the next read.
  void acknowledge_at_once() const;

  /// Waits until the client's first TLS record is here to its end, in the kernel's memory: TLS takes some of
  /// ours only for who has said something. Of a server, and before handshake(), which does it otherwise.
  void await_hello(std::function<void(error_code)> done);

  /// At once for a plain connection. A client dials; a server was dialled.
  void handshake(std::function<void(error_code)> done, handshake_side side = handshake_side::server);

  /// Why it has failed with `ec`, for people, as a part of a sentence. What the other end's certificate says
  /// may be in it as it was written.
  std::string handshake_trouble(error_code ec) const;

  /// Reads some bytes. `into` must live until `done`.
  void read(boost::asio::mutable_buffer into, std::function<void(error_code, std::size_t)> done);

  /// Writes all of `from`, which must live until `done`.
  void write(boost::asio::const_buffer from, std::function<void(error_code)> done);

  /// For any thread, while nothing else is being written to a plain connection: sends what the kernel takes
  /// of `from` without waiting, and returns how many bytes that were; fewer than all also when the connection
  /// is lost. Whoever calls keeps the owner alive. A cut() meanwhile takes effect right after.
  std::size_t send_now(boost::asio::const_buffer from);

  /// Moves the deadline to `in` from now. Costs next to nothing while deadlines grow, as they do from request
  /// to request: the timer then finds out when it fires.
  void set_deadline(std::chrono::milliseconds in);

  /// There is none any more.
  void lift_deadline() { deadline_ = clock::time_point::max(); }

  /// Ends what is under way with operation_aborted.
  void cancel();

  /// Says goodbye, reads what the client still sends so that our last words are not lost to a reset, and
  /// closes: when the client does, or after `patience`.
  void finish(std::chrono::milliseconds patience);

  /// Closes with a reset, so that nobody takes what was sent so far for the whole.
  void cut();

private:
  using tls_stream = boost::asio::ssl::stream<socket&>;
  using discarded_bytes = std::array<char, 4096>;
  enum class use : std::uint8_t { strand, sender, nobody };

  void await_bytes(int count, std::function<void(error_code)> done);
  void on_record_header(std::function<void(error_code)> done);
  void start_handshake(std::function<void(error_code)> done, handshake_side side);
  void prepare_client();
  void do_wait();
  void on_wait(error_code ec);
  void do_discard();
  void close();
  void close_socket();

  socket socket_;
  strand strand_;
  tls_context tls_context_;       ///< outlives tls_, also when the server has moved to a new one
  std::optional<tls_stream> tls_; ///< from the first record on
  std::string distrust_;          ///< why the certificate of who was dialled is not believed
  boost::asio::steady_timer timer_;
  clock::time_point deadline_ = clock::time_point::max();
  clock::time_point waits_until_ =
      clock::time_point::max(); ///< what timer_ is set to; max: it is not running
  std::weak_ptr<void> owner_;
  std::function<void()> on_deadline_;
  bool hello_is_here_ = false;
  bool finishing_ = false;
  bool closed_ = false;
  int handle_; ///< of the socket, for send_now(); the number is another's once the socket is closed
  std::atomic<use> use_{use::strand};          ///< who may use the handle now
  std::unique_ptr<discarded_bytes> discarded_; ///< while finishing
};

} // namespace rollcall::net
