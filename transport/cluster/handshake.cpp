#include "transport/cluster/handshake.hpp"

#include <boost/asio/ssl/error.hpp>

#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;
using error_code = net::channel::error_code;

handshake::handshake(net::channel::socket connected, net::tls_context tls, const limits& bounds,
                     std::shared_ptr<metrics> counters)
    : channel_(std::make_shared<net::channel>(std::move(connected), std::move(tls))),
      peer_(channel_->peer()),
      bounds_(bounds),
      counters_(std::move(counters)) {}

void handshake::begin(side as, done_fn done) {
  // The channel owns itself: it passes on to others, and what is under way in it may outlive us.
  channel_->own(channel_, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->on_deadline();
  });
  channel_->set_deadline(bounds_.tls_handshake);
  channel_->handshake(
      [self = shared_from_this(), done = std::move(done)](error_code ec) {
        if (!ec)
          self->channel_->set_deadline(self->bounds_.hello);
        else
          ++self->counters_->tls_errors;
        done(ec ? self->told("TLS handshake", ec) : std::string{});
      },
      as);
}

void handshake::say(std::string line, done_fn done) {
  written_ = std::move(line);
  channel_->write(asio::buffer(written_), [self = shared_from_this(), done = std::move(done)](error_code ec) {
    done(ec ? self->told("hello", ec) : std::string{});
  });
}

void handshake::read_line(line_fn done) {
  have_ = 0;
  read_.resize(hello_bytes);
  do_read(std::move(done));
}

void handshake::do_read(line_fn done) {
  channel_->read(asio::buffer(read_.data() + have_, read_.size() - have_),
                 [self = shared_from_this(), done = std::move(done)](error_code ec, std::size_t size) {
                   self->on_read(ec, size, done);
                 });
}

void handshake::on_read(const error_code& ec, std::size_t size, const line_fn& done) {
  if (ec)
    return done(told("hello", ec), {});
  have_ += size;
  const auto end = read_.substr(0, have_).find('\n');
  if (end == std::string::npos) {
    if (have_ == read_.size())
      return done("a hello of more than " + std::to_string(hello_bytes) + " bytes", {});
    return do_read(done);
  }
  if (end + 1 != have_)
    return done("data after the hello that was not asked for", {});
  done({}, read_.substr(0, end));
}

void handshake::say_goodbye(std::string line) {
  say(std::move(line), [self = shared_from_this()](const std::string& error) {
    if (error.empty())
      self->channel_->finish(self->bounds_.linger);
    else
      self->channel_->cut();
  });
}

void handshake::cut() { channel_->cut(); }

identification handshake::identified(bool proven) const {
  if (!channel_->is_tls())
    return {{proven ? credentials::by::secret : credentials::by::address, {}}, {}, peer_};
  const auto certificate = channel_->certificate();
  return {{credentials::by::certificate, certificate.names()}, certificate, peer_};
}

void handshake::on_deadline() {
  late_ = true;
  ++counters_->timeouts;
  cut();
}

std::string handshake::told(const char* phase, const error_code& ec) const {
  if (late_)
    return std::string{"no "} + phase + " in time";
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated
      || ec == asio::error::connection_reset)
    return std::string{"it closed the connection before the end of the "} + phase;
  return std::string{phase} + ": " + ec.message();
}

} // namespace rollcall::cluster
