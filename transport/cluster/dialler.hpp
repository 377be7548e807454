#pragma once

#include "domain/base/backoff.hpp"
#include "transport/cluster/attempt.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::cluster {

/// Dials one address whenever the node behind it is not connected, with pauses that grow. Runs on a strand of
/// its own; start(), wake() and stop() are for any thread.
class dialler : public std::enable_shared_from_this<dialler> {
public:
  using tls_source = std::function<net::tls_context()>;

  dialler(boost::asio::io_context& io, std::string address, tls_source identity, const limits& bounds,
          std::shared_ptr<metrics> counters, registrar_ptr mesh);

  void start();

  /// The node behind the address may be gone: dials soon, if that is so. If it was there, and not only
  /// nearly, as soon as the first time.
  void wake(bool was_there);

  /// For ever.
  void stop();

private:
  void do_pause(std::chrono::microseconds wait);
  void on_pause();
  void on_attempt(const attempt_outcome& outcome);

  net::channel::strand strand_;
  std::string address_;
  tls_source identity_;
  limits bounds_;
  std::shared_ptr<metrics> counters_;
  registrar_ptr mesh_;
  boost::asio::steady_timer pause_;
  sim_backoff backoff_;
  std::shared_ptr<attempt> attempt_;
  bool stopped_ = false;
};

} // namespace rollcall::cluster
