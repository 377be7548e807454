#include "transport/http/server.hpp"

#include "actors/runtime/log.hpp"
#include "transport/http/service.hpp"
#include "transport/http/session.hpp"
#include "transport/net/address_key.hpp"
#include "transport/net/listener.hpp"

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

namespace {

/// One connection for so many may be closing while another has its place.
constexpr std::size_t closing_share = 64;

/// As channel::peer() has it.
std::string peer_of(const net::channel::socket& connected) {
  net::channel::error_code ec;
  const auto address = connected.remote_endpoint(ec).address();
  if (ec)
    return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

} // namespace

class server::impl : public std::enable_shared_from_this<server::impl> {
public:
  impl(asio::io_context& io, asio::io_context& encoders, const limits& bounds, handler_fn handler)
      : io_(io),
        service_(std::make_shared<service>(bounds, std::move(handler), encoders.get_executor())),
        draining_(asio::make_strand(io)),
        drain_timer_(draining_) {}

  std::uint16_t listen(const std::string& address, net::security how, door entrance) {
    if (how == net::security::tls && !identity())
      throw std::logic_error("'" + address + "' is to speak TLS, but no certificate has been set");
    auto added = std::make_shared<net::listener>(io_, address, events_of(how, entrance));
    const std::lock_guard lock{mutex_};
    listeners_.push_back(added);
    const auto port = added->port();
    added->run();
    return port;
  }

  void set_tls(const net::tls_context& fresh) {
    {
      const std::lock_guard lock{mutex_};
      tls_ = fresh;
    }
    for (const auto& each : service_->sessions.members())
      each->revise(fresh);
  }

  void bound_peers(std::size_t most, peer_list exempt) { peers_->bound(most, std::move(exempt)); }

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
      self->drain_timer_.async_wait([self](net::channel::error_code ec) {
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
  net::listener::events events_of(net::security how, door entrance) {
    // Weak: listeners end with the server.
    return {[weak = weak_from_this(), how, entrance](net::channel::socket connected) {
              if (const auto self = weak.lock())
                self->on_connected(std::move(connected), how, entrance);
            },
            [shared = service_](const std::optional<std::string>& line) {
              ++shared->counters.accept_errors;
              if (line)
                log::warn("http", "{}", *line);
            }};
  }

  void on_connected(net::channel::socket connected, net::security how, door entrance) {
    const auto peer = peer_of(connected);
    auto place = peers_->enter(peer);
    if (!place) {
      ++service_->counters.over_address_limit;
      return turn_away(std::move(connected), how, peer, "of this address");
    }
    if (!has_room(peer))
      return turn_away(std::move(connected), how, peer, "of all addresses");
    ++service_->counters.accepted;
    const auto identity_now = how == net::security::tls ? identity() : nullptr;
    auto opened =
        std::make_shared<session>(std::move(connected), identity_now, entrance, service_, std::move(*place));
    service_->sessions.add(opened);
    opened->run();
    if (identity_now && identity() != identity_now) // changed just now, and perhaps missed by that
      opened->revise(identity());
  }

  /// A stranger's connection that closes for this one may still be there for a moment.
  bool has_room(const std::string& peer) {
    const auto most = service_->bounds.connections;
    const auto open = service_->sessions.size();
    if (open < most)
      return true;
    ++service_->counters.over_limit;
    if (open > most + most / closing_share || !service_->strangers.make_room())
      return false;
    tell_turned_away(
        peer, [&] { return "a stranger's connection is closed for one of " + peer + ": too many are open"; });
    return true;
  }

  /// Tells a client that there is no room, if that can be said without waiting for it.
  void turn_away(net::channel::socket connected, net::security how, const std::string& peer,
                 const char* whose) {
    tell_turned_away(peer, [&] { return "a connection of " + peer + " is turned away: too many " + whose; });
    if (how == net::security::tls)
      return;
    constexpr std::string_view full =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
        "Connection: close\r\n\r\n";
    net::channel::error_code ignored;
    connected.non_blocking(true, ignored);
    connected.write_some(asio::buffer(full), ignored);
  }

  template <class Text>
  void tell_turned_away(const std::string& peer, Text text) {
    if (const auto line = service_->turned_away.line(net::address_key{peer}.text(),
                                                     net::channel::clock::now(), std::move(text)))
      log::warn("http", "{}", *line);
  }

  net::tls_context identity() {
    const std::lock_guard lock{mutex_};
    return tls_;
  }

  asio::io_context& io_;
  std::shared_ptr<service> service_;
  asio::strand<asio::io_context::executor_type> draining_; ///< guards the timer
  asio::steady_timer drain_timer_;
  std::shared_ptr<peer_table> peers_ = std::make_shared<peer_table>();
  std::mutex mutex_; ///< guards what follows
  net::tls_context tls_;
  std::vector<std::shared_ptr<net::listener>> listeners_;
};

server::server(asio::io_context& io, asio::io_context& encoders, const limits& bounds, handler_fn handler)
    : impl_(std::make_shared<impl>(io, encoders, bounds, std::move(handler))) {}

server::~server() {
  impl_->stop_accepting();
  impl_->cut_all();
}

std::uint16_t server::listen(const std::string& address, net::security how, door entrance) {
  return impl_->listen(address, how, entrance);
}

void server::set_tls(const net::tls_context& identity) { impl_->set_tls(identity); }

void server::bound_peers(std::size_t most, peer_list exempt) { impl_->bound_peers(most, std::move(exempt)); }

void server::drain(std::chrono::milliseconds deadline, std::function<void()> done) {
  impl_->drain(deadline, std::move(done));
}

const metrics& server::counters() const noexcept { return impl_->counters(); }

} // namespace rollcall::http
