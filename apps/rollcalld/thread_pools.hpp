#pragma once

#include "actors/runtime/scheduler.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <thread>
#include <vector>

namespace rollcall {

/// The daemon's threads: for its sockets and actors, in turns, and as many for the encoding of long answers,
/// at a lower priority.
class thread_pools {
public:
  /// Of each kind.
  static unsigned size() { return std::max(2U, std::thread::hardware_concurrency()); }

  boost::asio::io_context& sockets() { return sockets_; }
  boost::asio::io_context& encoders() { return encoders_; }

  void start(scheduler& actors);

  /// Waits until each has left what it is at.
  void stop();

private:
  using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  boost::asio::io_context sockets_;
  boost::asio::io_context encoders_;
  guard sockets_stay_{sockets_.get_executor()}; ///< when there is nothing to do
  guard encoders_stay_{encoders_.get_executor()};
  std::vector<std::thread> threads_;
};

} // namespace rollcall
