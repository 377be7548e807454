#include "transport/net/channel.hpp"

#include "transport/net/distrust.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <utility>

namespace rollcall::net {

namespace asio = boost::asio;

namespace {

// RFC 8446, 5.1: type, version, length.
constexpr int record_header_bytes = 5;
constexpr int most_record_bytes = 16 * 1024;
constexpr unsigned char handshake_record = 22;

/// How many bytes make a socket readable. The kernel may wake us for fewer.
void set_low_water(int handle, int bytes) {
  ::setsockopt(handle, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

/// By the low-water mark as it is now; also when nothing more will come.
bool is_readable(int handle) {
  pollfd socket{handle, POLLIN, 0};
  return ::poll(&socket, 1, 0) != 0;
}

/// How far the clock moves at once by which the kernel notes when bytes came: 1 to 10 ms.
std::chrono::milliseconds kernel_tick() {
  timespec tick{};
  if (::clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0)
    return std::chrono::milliseconds{10};
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::seconds{tick.tv_sec}
                                                      + std::chrono::nanoseconds{tick.tv_nsec});
}

} // namespace

channel::channel(socket connected, tls_context tls)
    : socket_(std::move(connected)),
      strand_(socket_.get_executor()),
      tls_context_(std::move(tls)),
      timer_(strand_),
      handle_(socket_.native_handle()) {
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

peer_certificate channel::certificate() {
  return tls_ ? peer_certificate{tls_->native_handle()} : peer_certificate{};
}

bool channel::is_admitted_by(const tls_context& identity) {
  if (!tls_context_ || !identity
      || (SSL_CTX_get_verify_mode(identity->native_handle()) & SSL_VERIFY_PEER) == 0)
    return true;
  return certificate().is_trusted_by(identity);
}

std::chrono::milliseconds channel::waited() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (closed_ || ::getsockopt(handle_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return std::chrono::milliseconds{0};
  static const auto tick = kernel_tick();
  return std::max(std::chrono::milliseconds{info.tcpi_last_data_recv} - tick, std::chrono::milliseconds{0});
}

void channel::acknowledge_at_once() const {
  const int on = 1;
  ::setsockopt(handle_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void channel::handshake(std::function<void(error_code)> done, handshake_side side) {
  if (!tls_context_)
    return asio::post(strand_, [done = std::move(done)] { done({}); });
  if (side == handshake_side::client || hello_is_here_)
    return start_handshake(std::move(done), side);
  await_hello([this, done = std::move(done), side](error_code ec) mutable {
    if (ec)
      done(ec);
    else
      start_handshake(std::move(done), side);
  });
}

void channel::start_handshake(std::function<void(error_code)> done, handshake_side side) {
  if (closed_)
    return asio::post(strand_, [done = std::move(done)] { done(asio::error::operation_aborted); });
  tls_.emplace(socket_, *tls_context_);
  if (side == handshake_side::client)
    prepare_client();
  tls_->async_handshake(side, std::move(done));
}

/// Says which host is meant, where the context knows one, and keeps why it is not believed.
void channel::prepare_client() {
  auto* connection = tls_->native_handle();
  if (const auto* host = X509_VERIFY_PARAM_get0_host(SSL_get0_param(connection), 0))
    SSL_set_tlsext_host_name(connection, host);
  tls_->set_verify_callback([this](bool is_good, asio::ssl::verify_context& verification) {
    if (!is_good && distrust_.empty())
      distrust_ = distrust_of(verification.native_handle());
    return is_good;
  });
}

std::string channel::handshake_trouble(error_code ec) const {
  if (!distrust_.empty())
    return distrust_;
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return "the connection was closed in the handshake";
  if (ec.category() == asio::error::get_ssl_category()
      && ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_WRONG_VERSION_NUMBER)
    return "there is no TLS";
  return ec.message();
}

// The kernel counts what has come and wakes us for all of it (SO_RCVLOWAT): a client that sends a byte at a
// time costs no more than one that sends none.
void channel::await_hello(std::function<void(error_code)> done) {
  await_bytes(record_header_bytes, [this, done = std::move(done)](error_code ec) mutable {
    if (ec)
      done(ec);
    else
      on_record_header(std::move(done));
  });
}

void channel::on_record_header(std::function<void(error_code)> done) {
  std::array<unsigned char, record_header_bytes> header{};
  const auto got = ::recv(handle_, header.data(), header.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got == 0)
    return done(asio::error::eof);
  const int length = header[3] * 256 + header[4];
  const bool is_whole = got == static_cast<ssize_t>(header.size());
  const bool is_handshake = is_whole && header[0] == handshake_record && length <= most_record_bytes;
  // TLS finds the words for what is no TLS, or no more than a part of it.
  await_bytes(is_handshake ? record_header_bytes + length : 1, [this, done = std::move(done)](error_code ec) {
    if (!ec)
      set_low_water(handle_, 1);
    hello_is_here_ = !ec;
    done(ec);
  });
}

void channel::await_bytes(int count, std::function<void(error_code)> done) {
  if (closed_)
    return asio::post(strand_, [done = std::move(done)] { done(asio::error::operation_aborted); });
  set_low_water(handle_, count);
  socket_.async_wait(socket::wait_read, [this, count, done = std::move(done)](error_code ec) mutable {
    // What epoll has to tell may be older than the low-water mark.
    if (!ec && !closed_ && !is_readable(handle_))
      return await_bytes(count, std::move(done));
    done(closed_ ? make_error_code(asio::error::operation_aborted) : ec);
  });
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
  if (!discarded_)
    discarded_ = std::make_unique<discarded_bytes>();
  socket_.async_read_some(asio::buffer(*discarded_),
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

} // namespace rollcall::net
