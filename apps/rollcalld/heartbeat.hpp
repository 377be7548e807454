#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace rollcall {

/// Tells the service manager now and then how the node is, and that it works: each time after a round trip
/// through its actors, so that a node whose inside stands still is started again. Without a service manager
/// it does nothing. One thread: that of the io_context.
class heartbeat {
public:
  using prove = std::function<void(std::function<void()>)>;
  using describe = std::function<void(std::function<void(std::string)>)>;

  /// `proof` makes a round trip, whose call back says that somebody has answered; `look` makes a line for
  /// people. Each calls back on any thread, or never: then it is not asked again. The io_context must outlive
  /// every answer.
  heartbeat(boost::asio::io_context& io, prove proof, describe look);

  /// Beats at once, and from then on.
  void start();

  /// Beats now, because something has changed.
  void now();

  /// No more of it: the process ends.
  void stop();

private:
  void beat();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  prove proof_;
  describe look_;
  std::chrono::microseconds interval_{};
  bool watched_ = false;
  bool proving_ = false;
  bool looking_ = false;
  bool stopped_ = true;
};

} // namespace rollcall
