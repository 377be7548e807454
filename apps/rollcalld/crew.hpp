#pragma once

#include "actors/runtime/scheduler.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <thread>
#include <vector>

namespace rollcall {

/// The daemon's threads: for its sockets and actors, in turns, and as many for the making of long answers,
/// which give way to them.
class crew {
public:
  /// Of each kind.
  static unsigned size() { return std::max(2U, std::thread::hardware_concurrency()); }

  boost::asio::io_context& sockets() { return sockets_; }
  boost::asio::io_context& makers() { return makers_; }

  void start(scheduler& actors);

  /// Waits until each has left what it is at.
  void stop();

private:
  using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  boost::asio::io_context sockets_;
  boost::asio::io_context makers_;
  guard sockets_stay_{sockets_.get_executor()}; ///< when there is nothing to do
  guard makers_stay_{makers_.get_executor()};
  std::vector<std::thread> threads_;
};

} // namespace rollcall
