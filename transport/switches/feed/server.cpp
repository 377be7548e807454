#include "transport/switches/feed/server.hpp"

#include "actors/runtime/log.hpp"
#include "transport/net/dead_peer.hpp"
#include "transport/net/listener.hpp"
#include "transport/switches/feed/gate.hpp"
#include "transport/switches/feed/sessions.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall::feed {

namespace asio = boost::asio;
using channel = net::channel;
using switches::session;

namespace {

constexpr const char* stopping = "the node is stopping";

} // namespace

class server::impl : public std::enable_shared_from_this<server::impl> {
public:
  impl(asio::io_context& io, std::shared_ptr<service> shared, std::shared_ptr<session::shared> of_sessions)
      : io_(io),
        service_(std::move(shared)),
        of_sessions_(std::move(of_sessions)),
        draining_(asio::make_strand(io)),
        drain_timer_(draining_) {}

  std::uint16_t listen(const std::string& address, security how) {
    if (how == security::tls && !identity())
      throw std::logic_error("'" + address + "' is to speak TLS, but no certificate has been set");
    auto added = std::make_shared<net::listener>(io_, address, events_of(how));
    const std::lock_guard lock{mutex_};
    listeners_.push_back(added);
    added->run();
    return added->port();
  }

  void set_tls(const net::tls_context& fresh) {
    {
      const std::lock_guard lock{mutex_};
      tls_ = fresh;
    }
    for (const auto& each : sessions())
      each->revise(fresh);
  }

  void set_switches(switch_secrets switches) {
    service_->switches.replace(std::move(switches));
    for (const auto& each : sessions())
      each->revise();
  }

  void move(const move_fn& to) {
    for (const auto& each : sessions())
      each->move(to);
  }

  void drain(std::chrono::milliseconds deadline, std::function<void()> done) {
    stop_accepting();
    {
      const std::lock_guard lock{mutex_};
      drained_ = std::move(done);
    }
    asio::post(draining_, [self = shared_from_this(), deadline] {
      self->drain_timer_.expires_after(deadline);
      self->drain_timer_.async_wait([self](channel::error_code ec) {
        if (!ec)
          self->cut_all();
      });
      for (const auto& each : self->sessions())
        each->drain(stopping);
      self->tell_if_drained();
    });
  }

  void stop_accepting() {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    for (const auto& each : listeners_)
      each->stop();
    listeners_.clear();
  }

  void cut_all() {
    for (const auto& each : sessions())
      each->cut(stopping);
  }

  const metrics& counters() const { return service_->counters; }

private:
  net::listener::events events_of(security how) {
    // Weak: listeners end with the server.
    return {[weak = weak_from_this(), how](channel::socket connected) {
              if (const auto self = weak.lock())
                self->on_connected(std::move(connected), how);
            },
            [shared = service_](const std::optional<std::string>& line) {
              ++shared->counters.accept_errors;
              if (line)
                log::warn("feed", "{}", *line);
            }};
  }

  void on_connected(channel::socket connected, security how) {
    ++service_->counters.accepted;
    net::notice_dead_peer(connected.native_handle(), service_->bounds.dead_peer);
    const auto identity_now = how == security::tls ? identity() : nullptr;
    auto opened =
        session::make(std::move(connected), identity_now, of_sessions_, std::make_unique<gate>(service_),
                      [weak = weak_from_this()](const session& over, const session::ending&) {
                        if (const auto self = weak.lock())
                          self->forget(&over);
                      });
    add(opened);
    opened->run();
    if (identity_now && identity() != identity_now) // changed just now, and perhaps missed by that
      opened->revise(identity());
    if (stopped()) // accepted just before the drain began, and perhaps missed by it
      opened->drain(stopping);
  }

  void add(const std::shared_ptr<session>& opened) {
    const std::lock_guard lock{mutex_};
    sessions_.emplace(opened.get(), opened);
  }

  void forget(const session* over) {
    {
      const std::lock_guard lock{mutex_};
      sessions_.erase(over);
    }
    tell_if_drained();
  }

  void tell_if_drained() {
    const std::lock_guard lock{mutex_};
    if (!drained_ || !sessions_.empty())
      return;
    // Not on whoever's thread let go of the last session.
    asio::post(draining_, [self = shared_from_this(), done = std::exchange(drained_, nullptr)] {
      self->drain_timer_.cancel();
      done();
    });
  }

  std::vector<std::shared_ptr<session>> sessions() {
    std::vector<std::shared_ptr<session>> alive;
    const std::lock_guard lock{mutex_};
    for (const auto& [key, weak] : sessions_)
      if (auto member = weak.lock())
        alive.push_back(std::move(member));
    return alive;
  }

  net::tls_context identity() {
    const std::lock_guard lock{mutex_};
    return tls_;
  }

  bool stopped() {
    const std::lock_guard lock{mutex_};
    return stopped_;
  }

  asio::io_context& io_;
  std::shared_ptr<service> service_;
  std::shared_ptr<session::shared> of_sessions_;
  asio::strand<asio::io_context::executor_type> draining_; ///< guards the timer
  asio::steady_timer drain_timer_;
  std::mutex mutex_; ///< guards what follows
  net::tls_context tls_;
  std::vector<std::shared_ptr<net::listener>> listeners_;
  std::unordered_map<const session*, std::weak_ptr<session>> sessions_; ///< they keep themselves alive
  std::function<void()> drained_;
  bool stopped_ = false;
};

server::server(asio::io_context& io, const limits& bounds, std::string node, switch_secrets switches,
               attach_fn attach, wall_clock now) {
  const auto shared = std::make_shared<service>(bounds, std::move(switches));
  impl_ = std::make_shared<impl>(io, shared, sessions_of(shared, std::move(node), std::move(attach), now));
}

server::~server() {
  impl_->stop_accepting();
  impl_->cut_all();
}

std::uint16_t server::listen(const std::string& address, security how) { return impl_->listen(address, how); }

void server::set_tls(const net::tls_context& identity) { impl_->set_tls(identity); }

void server::set_switches(switch_secrets switches) { impl_->set_switches(std::move(switches)); }

void server::move(move_fn to) { impl_->move(to); }

void server::drain(std::chrono::milliseconds deadline, std::function<void()> done) {
  impl_->drain(deadline, std::move(done));
}

const metrics& server::counters() const noexcept { return impl_->counters(); }

} // namespace rollcall::feed
