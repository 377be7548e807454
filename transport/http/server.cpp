#include "transport/http/server.hpp"

#include "actors/log.hpp"
#include "transport/http/listener.hpp"
#include "transport/http/service.hpp"
#include "transport/http/session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::http {

namespace asio = boost::asio;

class server::impl : public std::enable_shared_from_this<server::impl> {
public:
  impl(asio::io_context& io, asio::io_context& makers, const limits& bounds, handler_fn handler)
      : io_(io),
        service_(std::make_shared<service>(bounds, std::move(handler), makers.get_executor())),
        draining_(asio::make_strand(io)),
        drain_timer_(draining_) {}

  std::uint16_t listen(const std::string& address, security how) {
    if (how == security::tls && !identity())
      throw std::logic_error("'" + address + "' is to speak TLS, but no certificate has been set");
    auto added = std::make_shared<listener>(io_, address, events_of(how));
    const std::lock_guard lock{mutex_};
    listeners_.push_back(added);
    const auto port = added->port();
    added->run();
    return port;
  }

  void set_tls(tls_context fresh) {
    const std::lock_guard lock{mutex_};
    tls_ = std::move(fresh);
  }

  void drain(std::chrono::milliseconds deadline, std::function<void()> done) {
    stop_accepting();
    service_->draining = true; // seen by every answer from now on, and by connections still on their way in
    asio::post(draining_, [self = shared_from_this(), deadline, done = std::move(done)]() mutable {
      self->service_->sessions.when_empty([self, done = std::move(done)]() mutable {
        // Not on whoever's thread let go of the last session.
        asio::post(self->draining_, [self, done = std::move(done)] {
          self->drain_timer_.cancel();
          done();
        });
      });
      self->drain_timer_.expires_after(deadline);
      self->drain_timer_.async_wait([self](channel::error_code ec) {
        if (!ec)
          self->cut_all();
      });
      for (const auto& each : self->service_->sessions.members())
        each->drain();
    });
  }

  void stop_accepting() {
    const std::lock_guard lock{mutex_};
    for (const auto& each : listeners_)
      each->stop();
    listeners_.clear();
  }

  void cut_all() {
    for (const auto& each : service_->sessions.members())
      each->cut();
  }

  const metrics& counters() const { return service_->counters; }

private:
  listener::events events_of(security how) {
    // Weak: listeners end with the server.
    return {[weak = weak_from_this(), how](channel::socket connected) {
              if (const auto self = weak.lock())
                self->on_connected(std::move(connected), how);
            },
            [shared = service_](const channel::error_code& ec) {
              ++shared->counters.accept_errors;
              log::warn("http", "cannot accept a connection: {}", ec.message());
            }};
  }

  void on_connected(channel::socket connected, security how) {
    if (service_->sessions.size() >= service_->bounds.connections)
      return turn_away(std::move(connected), how);
    ++service_->counters.accepted;
    auto opened = std::make_shared<session>(std::move(connected), how == security::tls ? identity() : nullptr,
                                            service_);
    service_->sessions.add(opened);
    opened->run();
  }

  /// Tells a client that there is no room, if that can be said without waiting for it.
  void turn_away(channel::socket connected, security how) {
    ++service_->counters.over_limit;
    if (how == security::tls)
      return;
    constexpr std::string_view full =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
        "Connection: close\r\n\r\n";
    channel::error_code ignored;
    connected.non_blocking(true, ignored);
    connected.write_some(asio::buffer(full), ignored);
  }

  tls_context identity() {
    const std::lock_guard lock{mutex_};
    return tls_;
  }

  asio::io_context& io_;
  std::shared_ptr<service> service_;
  asio::strand<asio::io_context::executor_type> draining_; ///< guards the timer
  asio::steady_timer drain_timer_;
  std::mutex mutex_; ///< guards what follows
  tls_context tls_;
  std::vector<std::shared_ptr<listener>> listeners_;
};

server::server(asio::io_context& io, asio::io_context& makers, const limits& bounds, handler_fn handler)
    : impl_(std::make_shared<impl>(io, makers, bounds, std::move(handler))) {}

server::~server() {
  impl_->stop_accepting();
  impl_->cut_all();
}

std::uint16_t server::listen(const std::string& address, security how) { return impl_->listen(address, how); }

void server::set_tls(tls_context identity) { impl_->set_tls(std::move(identity)); }

void server::drain(std::chrono::milliseconds deadline, std::function<void()> done) {
  impl_->drain(deadline, std::move(done));
}

const metrics& server::counters() const noexcept { return impl_->counters(); }

} // namespace rollcall::http
