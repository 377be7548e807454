#include "transport/cluster/dialler.hpp"

#include <boost/asio/post.hpp>

#include <random>
#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

dialler::dialler(asio::io_context& io, std::string address, tls_source identity, const limits& bounds,
                 std::shared_ptr<metrics> counters, registrar_ptr mesh)
    : strand_(asio::make_strand(io)),
      address_(std::move(address)),
      identity_(std::move(identity)),
      bounds_(bounds),
      counters_(std::move(counters)),
      mesh_(std::move(mesh)),
      pause_(strand_),
      backoff_(std::random_device{}(), bounds.shortest_pause, bounds.longest_pause) {}

void dialler::start() {
  asio::post(strand_, [self = shared_from_this()] { self->on_pause(); });
}

void dialler::wake(bool was_there) {
  asio::post(strand_, [self = shared_from_this(), was_there] {
    if (self->stopped_ || self->attempt_)
      return;
    if (was_there)
      self->backoff_.reset();
    self->do_pause(self->backoff_.next());
  });
}

void dialler::stop() {
  asio::post(strand_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->pause_.cancel();
    if (const auto under_way = std::exchange(self->attempt_, nullptr))
      under_way->stop();
  });
}

void dialler::do_pause(std::chrono::microseconds wait) {
  pause_.expires_after(wait);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec)
      self->on_pause();
  });
}

void dialler::on_pause() {
  if (stopped_ || attempt_)
    return;
  if (!mesh_->is_wanted(address_))
    return do_pause(bounds_.longest_pause);
  attempt_ = std::make_shared<attempt>(strand_, address_, identity_(), bounds_, counters_, mesh_,
                                       [weak = weak_from_this()](const attempt_outcome& outcome) {
                                         if (const auto self = weak.lock())
                                           self->on_attempt(outcome);
                                       });
  attempt_->run();
}

void dialler::on_attempt(const attempt_outcome& outcome) {
  attempt_ = nullptr;
  if (stopped_)
    return;
  mesh_->attempted(address_, outcome);
  do_pause(backoff_.next());
}

} // namespace rollcall::cluster
