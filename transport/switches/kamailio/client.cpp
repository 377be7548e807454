#include "transport/switches/kamailio/client.hpp"

#include "actors/runtime/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace rollcall::kamailio {

namespace asio = boost::asio;

client::client(const executor& on, connection::dependencies with)
    : strand_(asio::make_strand(on)),
      with_(std::move(with)),
      pause_(strand_),
      backoff_(std::random_device{}()) {
  with_.clock = std::make_shared<switch_clock>();
  with_.book = std::make_shared<call_book>(with_.bounds.remember, with_.bounds.routing);
}

void client::start() {
  asio::post(strand_, [self = shared_from_this()] { self->do_connect(); });
}

void client::stop() {
  with_.notes->close();
  with_.faults->close();
  asio::post(strand_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->pause_.cancel();
    if (self->connection_)
      self->connection_->stop("the node closes the connection");
    else
      self->with_.runs->forget(self->with_.to.name, self->with_.book.get());
  });
}

void client::do_connect() {
  if (stopped_)
    return;
  connection_ = std::make_shared<connection>(
      strand_, with_, next_epoch(), [weak = weak_from_this()](const std::string& reason, bool was_up) {
        if (const auto self = weak.lock())
          self->on_over(reason, was_up);
      });
  connection_->run();
}

void client::on_over(const std::string& reason, bool was_up) {
  connection_ = nullptr;
  if (stopped_)
    return;
  if (was_up)
    backoff_.reset();
  const auto wait = backoff_.next();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
  if (std::exchange(last_reason_, reason) != reason || was_up)
    log::warn(with_.to.name.value(), "kamailio at {}:{}: {}; trying again, in {} ms first",
              with_.to.evapi.host, with_.to.evapi.port, reason, ms);
  else
    log::debug(with_.to.name.value(), "kamailio: {}; trying again in {} ms", reason, ms);
  pause_.expires_after(wait);
  pause_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    if (const auto self = weak.lock(); !ec && self)
      self->do_connect();
  });
}

/// Grows with every connection, also from one run of the node to the next.
std::uint64_t client::next_epoch() {
  const auto now = static_cast<std::uint64_t>(with_.now().time_since_epoch().count());
  return epoch_ = std::max(epoch_ + 1, now);
}

} // namespace rollcall::kamailio
