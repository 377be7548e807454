#pragma once

#include "domain/base/backoff.hpp"
#include "transport/switches/kamailio/connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace rollcall::kamailio {

/// Keeps a connection to one Kamailio: connects, and again when it is lost, after a while that grows. Runs on
/// a strand of its own; start() and stop() are for any thread.
class client : public std::enable_shared_from_this<client> {
public:
  /// `on` runs the io; a strand is made of it. The book is the client's own.
  client(const executor& on, connection::dependencies with);

  void start();

  /// For ever. What is under way ends soon after.
  void stop();

  const settings& to() const { return with_.to; }

private:
  void do_connect();
  void on_over(const std::string& reason, bool was_up);
  std::uint64_t next_epoch();

  executor strand_;
  connection::dependencies with_;
  boost::asio::steady_timer pause_;
  sim_backoff backoff_;
  std::shared_ptr<connection> connection_;
  std::uint64_t epoch_ = 0;
  std::string last_reason_; ///< told once while it stays the same
  bool stopped_ = false;
};

} // namespace rollcall::kamailio
