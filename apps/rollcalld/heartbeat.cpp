#include "apps/rollcalld/heartbeat.hpp"

#include "apps/rollcalld/service_manager.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace rollcall {

namespace {

using namespace std::chrono_literals;

/// How old what people read may be; a watchdog that wants to hear more often, does.
constexpr std::chrono::microseconds longest_interval = 20s;

/// Of these the first two may come to nothing on a machine that is very busy.
constexpr int beats_within_a_watchdog = 3;

std::chrono::microseconds interval_for(std::optional<std::chrono::microseconds> watchdog) {
  return watchdog ? std::min(longest_interval, *watchdog / beats_within_a_watchdog) : longest_interval;
}

} // namespace

heartbeat::heartbeat(boost::asio::io_context& io, prove proof, describe look)
    : io_(io), timer_(io), proof_(std::move(proof)), look_(std::move(look)) {}

void heartbeat::start() {
  if (!service_manager::listens())
    return;
  const auto watchdog = service_manager::watchdog();
  watched_ = watchdog.has_value();
  interval_ = interval_for(watchdog);
  stopped_ = false;
  beat();
}

void heartbeat::now() {
  if (!stopped_)
    beat();
}

void heartbeat::stop() {
  stopped_ = true;
  timer_.cancel();
}

void heartbeat::beat() {
  timer_.expires_after(interval_);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec && !stopped_)
      beat();
  });
  // An answer that never comes is what the watchdog is for: no second one is asked for meanwhile.
  if (watched_ && !std::exchange(proving_, true))
    proof_([this] {
      boost::asio::post(io_, [this] {
        proving_ = false;
        if (!stopped_)
          service_manager::alive();
      });
    });
  if (!std::exchange(looking_, true))
    look_([this](std::string line) {
      boost::asio::post(io_, [this, line = std::move(line)] {
        looking_ = false;
        if (!stopped_)
          service_manager::status(line);
      });
    });
}

} // namespace rollcall
