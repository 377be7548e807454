#pragma once

#include "apps/rollcall/arguments.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// Whoever has a sim_session hears here what the node says. Called on the I/O thread.
class sim_session_user {
public:
  virtual ~sim_session_user() = default;
  virtual void welcomed(std::string_view node_id) = 0;
  virtual void refused(std::string_view code, std::string_view message) = 0; ///< lost() follows
  virtual void warned(std::string_view message) = 0;
  virtual void disconnect_asked(std::string_view call) = 0;
  virtual void resync_asked() = 0;
  virtual void writable() = 0;                 ///< what was flushed has gone out; more is welcome
  virtual void lost(std::string_view why) = 0; ///< the last word of a session
};

/// One connection of the simulated switch to a node: connects, says hello, carries lines both ways, and ends.
/// Never reconnects: that is sim_link's. Lines are collected in out() and leave by flush(), one write at a
/// time, so that the socket sets the pace. I/O thread only.
class sim_session : public std::enable_shared_from_this<sim_session> {
public:
  /// `user` must live until lost() or close().
  sim_session(boost::asio::io_context& io, sim_session_user& user);

  /// Connects to `to`, within `patience` if given; `hello` is the first line, with its line feed. welcomed()
  /// or lost() follows.
  void run(const address& to, std::string hello, std::optional<std::chrono::milliseconds> patience);

  /// Ends the session at once; the user hears nothing more.
  void close();

  /// Ends the session when all lines have gone out and the node has closed too; lost() follows.
  void close_when_written();

  /// Where to append lines. Only after welcomed().
  std::string& out() noexcept { return pending_; }

  /// Sends what is in out(), now or when the write under way is done.
  void flush();

  /// True while flushed lines wait for the socket.
  bool writing() const noexcept { return writing_now_; }

  /// Pings a node that has been silent for a while, and gives it up when it stays silent: lost() follows. To
  /// be called about once a second.
  void keep_alive();

  std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }

private:
  using tcp = boost::asio::ip::tcp;
  using clock = std::chrono::steady_clock;

  void do_wait(std::chrono::milliseconds patience, const char* failure);
  void on_resolve(boost::system::error_code ec, const tcp::resolver::results_type& endpoints);
  void on_connect(boost::system::error_code ec);
  void do_read();
  void on_read(boost::system::error_code ec, std::size_t size);
  void on_line(std::string_view line);
  void on_write(boost::system::error_code ec, std::size_t size);
  void say_goodbye();
  void fail(std::string_view why);

  tcp::resolver resolver_;
  tcp::socket socket_;
  boost::asio::steady_timer deadline_; ///< for becoming connected, then welcome
  sim_session_user* user_;             ///< null once closed
  std::string pending_;
  std::string in_flight_;
  std::string received_; ///< an unfinished line
  std::array<char, 65536> buffer_;
  std::uint64_t bytes_sent_ = 0;
  clock::time_point last_sign_; ///< of life: something was read, or a write went through
  bool writing_now_ = false;
  bool welcome_ = false;
  bool closing_ = false;
};

} // namespace rollcall::cli
