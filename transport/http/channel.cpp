#include "transport/http/channel.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <utility>

namespace rollcall::http {

namespace asio = boost::asio;

channel::channel(socket connected, tls_context tls)
    : socket_(std::move(connected)),
      strand_(socket_.get_executor()),
      tls_context_(std::move(tls)),
      timer_(strand_),
      handle_(socket_.native_handle()) {
  if (tls_context_)
    tls_.emplace(socket_, *tls_context_);
  error_code ignored; // an answer is written in one go: waiting for more to send gains nothing
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void channel::own(const std::weak_ptr<void>& owner, std::function<void()> on_deadline) {
  owner_ = owner;
  on_deadline_ = std::move(on_deadline);
}

std::string channel::peer() const {
  error_code ec;
  const auto address = socket_.remote_endpoint(ec).address();
  if (ec)
    return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

void channel::handshake(std::function<void(error_code)> done, handshake_side side) {
  if (tls_)
    tls_->async_handshake(side, std::move(done));
  else
    asio::post(strand_, [done = std::move(done)] { done({}); });
}

void channel::read(asio::mutable_buffer into, std::function<void(error_code, std::size_t)> done) {
  if (tls_)
    tls_->async_read_some(into, std::move(done));
  else
    socket_.async_read_some(into, std::move(done));
}

void channel::write(asio::const_buffer from, std::function<void(error_code)> done) {
  auto written = [done = std::move(done)](error_code ec, std::size_t) { done(ec); };
  if (tls_)
    asio::async_write(*tls_, from, std::move(written));
  else
    asio::async_write(socket_, from, std::move(written));
}

std::size_t channel::send_now(asio::const_buffer from) {
  auto by = use::strand;
  if (!use_.compare_exchange_strong(by, use::sender))
    return 0;
  const auto sent = ::send(handle_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  by = use::sender;
  if (!use_.compare_exchange_strong(by, use::strand)) // closed meanwhile, but for the socket itself
    asio::post(strand_, [this, owner = owner_.lock()] { close_socket(); });
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void channel::set_deadline(std::chrono::milliseconds in) {
  deadline_ = clock::now() + in;
  if (deadline_ < waits_until_ && !closed_)
    do_wait();
}

void channel::do_wait() {
  waits_until_ = deadline_;
  timer_.expires_at(deadline_);
  timer_.async_wait([this, owner = owner_.lock()](error_code ec) { on_wait(ec); });
}

void channel::on_wait(error_code ec) {
  if (ec || closed_) // set anew meanwhile, or over
    return;
  waits_until_ = clock::time_point::max();
  if (deadline_ == waits_until_) // lifted
    return;
  if (clock::now() < deadline_)
    return do_wait();
  deadline_ = clock::time_point::max();
  if (finishing_)
    return close();
  on_deadline_();
}

void channel::cancel() {
  error_code ignored;
  socket_.cancel(ignored);
}

void channel::finish(std::chrono::milliseconds patience) {
  if (std::exchange(finishing_, true) || closed_)
    return;
  set_deadline(patience);
  auto said = [this, owner = owner_.lock()](error_code = {}) {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    do_discard();
  };
  if (tls_)
    tls_->async_shutdown(std::move(said));
  else
    said();
}

void channel::do_discard() {
  if (closed_)
    return;
  socket_.async_read_some(asio::buffer(discarded_),
                          [this, owner = owner_.lock()](error_code ec, std::size_t) {
                            if (ec)
                              close();
                            else
                              do_discard();
                          });
}

void channel::cut() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void channel::close() {
  if (std::exchange(closed_, true))
    return;
  timer_.cancel();
  if (use_.exchange(use::nobody) != use::sender)
    close_socket();
}

void channel::close_socket() {
  error_code ignored;
  socket_.close(ignored);
}

} // namespace rollcall::http
