#include "transport/switches/common/dialler.hpp"

#include "actors/runtime/log.hpp"
#include "transport/net/dead_peer.hpp"
#include "transport/switches/common/dialled_admission.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace rollcall::switches {

namespace asio = boost::asio;

namespace {

net::tls_context context_of(const std::string& ca, const std::string& host) {
  return ca.empty() ? nullptr : net::make_client_tls_context(ca, host);
}

} // namespace

dialler::dialler(asio::io_context& io, std::shared_ptr<shared> with, dialled to,
                 std::shared_ptr<switch_notes::sheet> notes)
    : shared_(std::move(with)),
      to_(std::move(to)),
      notes_(std::move(notes)),
      trusted_(to_.ca),
      tls_(context_of(trusted_, to_.at.host)),
      strand_(asio::make_strand(io)),
      resolver_(strand_),
      socket_(strand_),
      timer_(strand_),
      of_session_(std::make_shared<session::shared>(
          shared_->kind, shared_->of->bounds(), shared_->attach, shared_->now,
          shared_->of->prepare(to_, notes_),
          std::shared_ptr<session_metrics>{shared_->of, &shared_->of->counters()}, to_.name)),
      backoff_(std::random_device{}()) {}

void dialler::start() {
  asio::post(strand_, [self = shared_from_this()] { self->do_dial(); });
}

void dialler::stop() {
  notes_->close(); // at once: the name may be another dialler's by the time that this one is gone
  asio::post(strand_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->dialling_ = false;
    self->timer_.cancel();
    self->resolver_.cancel();
    error_code ignored;
    self->socket_.close(ignored);
    if (const auto running = self->session_.lock())
      running->drain("the node closes the connection");
    self->shared_->runs->forget(self->to_.name, self->notes_.get());
  });
}

void dialler::trust(const std::string& ca) {
  if (ca == trusted_)
    return;
  auto tls = context_of(ca, to_.at.host);
  trusted_ = ca;
  asio::post(strand_, [self = shared_from_this(), tls = std::move(tls)] {
    self->tls_ = tls;
    if (const auto running = self->session_.lock())
      running->revise(tls);
  });
}

void dialler::do_dial() {
  if (stopped_)
    return;
  dialling_ = true;
  const auto dial = ++dial_;
  socket_ = net::channel::socket{strand_};
  timer_.expires_after(shared_->of->bounds().dial);
  timer_.async_wait([weak = weak_from_this(), dial](error_code ec) {
    if (const auto self = weak.lock(); !ec && self && self->is_current(dial))
      self->on_over("no connection in time", false);
  });
  resolver_.async_resolve(to_.at.host, to_.at.port, tcp::resolver::numeric_service,
                          [self = shared_from_this(), dial](error_code ec, const auto& found) {
                            self->on_resolve(ec, found, dial);
                          });
}

void dialler::on_resolve(error_code ec, const tcp::resolver::results_type& found, std::uint64_t dial) {
  if (!is_current(dial))
    return;
  if (ec)
    return on_over("look-up of " + to_.at.host + ": " + ec.message(), false);
  asio::async_connect(socket_, found, [self = shared_from_this(), dial](error_code failed, const auto&) {
    self->on_connect(failed, dial);
  });
}

void dialler::on_connect(error_code ec, std::uint64_t dial) {
  if (!is_current(dial))
    return;
  if (ec)
    return on_over("connect: " + ec.message(), false);
  dialling_ = false;
  timer_.cancel();
  net::notice_dead_peer(socket_.native_handle(), shared_->of->bounds().dead_peer);
  auto gate = std::make_unique<dialled_admission>(to_.name, next_epoch(), shared_->runs, notes_);
  const auto opened = session::make(
      std::move(socket_), tls_, of_session_, std::move(gate),
      [weak = weak_from_this()](const session&, const session::ending& how) {
        if (const auto self = weak.lock())
          asio::post(self->strand_, [self, how] { self->on_over(how.reason, how.was_attached); });
      });
  session_ = opened;
  opened->run();
}

void dialler::on_over(const std::string& reason, bool was_attached) {
  dialling_ = false;
  ++shared_->of->counters().lost;
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (stopped_)
    return;
  if (was_attached)
    backoff_.reset();
  const auto wait = backoff_.next();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
  if (std::exchange(last_reason_, reason) != reason || was_attached)
    log::warn(to_.name.value(), "{} at {}:{}: {}; trying again, in {} ms first", shared_->kind, to_.at.host,
              to_.at.port, reason, ms);
  else
    log::debug(to_.name.value(), "{}: {}; trying again in {} ms", shared_->kind, reason, ms);
  timer_.expires_after(wait);
  timer_.async_wait([weak = weak_from_this()](error_code ec) {
    if (const auto self = weak.lock(); !ec && self)
      self->do_dial();
  });
}

/// Grows with every connection, also from one run of the node to the next.
std::uint64_t dialler::next_epoch() {
  const auto now = static_cast<std::uint64_t>(shared_->now().time_since_epoch().count());
  return epoch_ = std::max(epoch_ + 1, now);
}

} // namespace rollcall::switches
