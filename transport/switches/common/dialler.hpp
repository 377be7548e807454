#pragma once

#include "domain/base/backoff.hpp"
#include "transport/net/channel.hpp"
#include "transport/switches/common/driver_kind.hpp"
#include "transport/switches/common/run_registry.hpp"
#include "transport/switches/common/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace rollcall::switches {

//   ┌──► dialling ──► in session ──┐ the connection failed, or is lost
//   │        └─────────────────────┤
//   └───────── pausing ◄───────────┘                 stop(), at any time ──► over

/// Keeps a session with one switch that is dialled: connects, and again when it is lost, after a while that
/// grows. Runs on a strand of its own, which is also its sessions'; start() and stop() are for any thread.
class dialler : public std::enable_shared_from_this<dialler> {
public:
  /// What the diallers of one kind of switch share.
  struct shared {
    std::string kind; ///< for the log: "kamailio"
    std::shared_ptr<drivers> of;
    attach_fn attach;
    wall_clock now;
    std::shared_ptr<run_registry> runs = std::make_shared<run_registry>();
  };

  dialler(boost::asio::io_context& io, std::shared_ptr<shared> with, dialled to,
          std::shared_ptr<switch_notes::sheet> notes);

  void start();

  /// For ever. What is under way ends soon after.
  void stop();

  /// Believes these authorities from now on, in place of dialled::ca. A connection to a switch that none of
  /// them has signed ends. For the one thread that also calls start() and stop(). Throws as
  /// net::make_client_tls_context() does.
  void trust(const std::string& ca);

  const dialled& to() const { return to_; }

private:
  using error_code = boost::system::error_code;
  using tcp = boost::asio::ip::tcp;

  void do_dial();
  void on_resolve(error_code ec, const tcp::resolver::results_type& found, std::uint64_t dial);
  void on_connect(error_code ec, std::uint64_t dial);
  bool is_current(std::uint64_t dial) const { return dialling_ && dial == dial_; }
  void on_over(const std::string& reason, bool was_attached);
  std::uint64_t next_epoch();

  const std::shared_ptr<shared> shared_;
  const dialled to_;
  const std::shared_ptr<switch_notes::sheet> notes_;
  std::string trusted_;  ///< what tls_ was made of; of who calls trust()
  net::tls_context tls_; ///< null: no TLS
  net::channel::strand strand_;
  tcp::resolver resolver_;
  net::channel::socket socket_;     ///< while dialling
  boost::asio::steady_timer timer_; ///< while dialling its deadline, while pausing the end of the pause
  std::shared_ptr<session::shared> of_session_;
  std::weak_ptr<session> session_;
  sim_backoff backoff_;
  std::uint64_t epoch_ = 0;
  std::string last_reason_; ///< told once while it stays the same
  bool dialling_ = false;
  std::uint64_t dial_ = 0; ///< the last one: what an earlier one brings comes too late
  bool stopped_ = false;
};

} // namespace rollcall::switches
