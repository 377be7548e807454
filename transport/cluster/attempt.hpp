#pragma once

#include "transport/cluster/handshake.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace rollcall::cluster {

/// One attempt at an address: looks its name up, and connects to each of the hosts it stands for and says
/// hello until one of them is a node that we want. Kept alive by what is under way.
class attempt : public std::enable_shared_from_this<attempt> {
public:
  using strand = net::channel::strand;
  using done_fn = std::function<void(const attempt_outcome& outcome)>;

  /// Everything happens on `on`, `done` as well.
  attempt(const strand& on, std::string address, net::tls_context tls, const limits& bounds,
          std::shared_ptr<metrics> counters, registrar_ptr mesh, done_fn done);

  void run();

  /// Ends it without a word. On the strand.
  void stop();

private:
  using tcp = boost::asio::ip::tcp;
  using error_code = net::channel::error_code;

  void set_deadline(std::chrono::milliseconds in);
  void on_deadline();
  void on_resolve(const error_code& ec, const tcp::resolver::results_type& found);
  void do_next();
  void do_connect(const tcp::endpoint& to);
  void on_connect(const error_code& ec);
  void on_begun(const std::string& error);
  void on_said(const std::string& error);
  void on_answer(const std::string& error, const std::string& line);
  void on_challenge(const challenge& theirs);
  void on_welcome(greeting theirs);
  bool is_proven(const greeting& theirs) const;
  void on_refused(const refused& what);
  void fail(const std::string& why);
  void finish(const attempt_outcome& outcome);

  strand strand_;
  std::string address_;
  net::tls_context tls_;
  limits bounds_;
  std::shared_ptr<metrics> counters_;
  registrar_ptr mesh_;
  done_fn done_;

  tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  tcp::resolver::results_type found_;
  tcp::resolver::results_type::iterator next_;
  std::shared_ptr<net::channel::socket> socket_; ///< while it connects
  std::shared_ptr<handshake> handshake_;
  greeting mine_;           ///< as said on this connection
  admission_keys keys_;     ///< that count on it; none where there is TLS or no secret
  std::string their_nonce_; ///< of their challenge
  attempt_outcome outcome_;
  std::size_t others_ = 0; ///< hosts that are not ourselves
  bool late_ = false;
};

} // namespace rollcall::cluster
