#pragma once

#include "apps/rollcalld/overview.hpp"

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
  using gather = std::function<void(std::function<void(overview)>)>;
  using summary = std::function<std::string(const overview&)>;

  /// `ask` makes the round trip, and calls back on any thread or never; `tell` makes a line for people of it.
  /// The io_context must outlive every answer.
  heartbeat(boost::asio::io_context& io, gather ask, summary tell);

  /// Beats at once, and from then on; at most one round trip is under way.
  void start();

  /// Beats now, because something has changed.
  void now();

  /// No more of it: the process ends.
  void stop();

private:
  void beat();
  void take(const overview& seen);

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  gather ask_;
  summary tell_;
  std::chrono::microseconds interval_{};
  bool watched_ = false;
  bool asking_ = false;
  bool stopped_ = true;
};

} // namespace rollcall
