#include "apps/rollcall/sim_session.hpp"

#include "apps/rollcall/node_line.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace rollcall::cli {

namespace {

constexpr std::chrono::seconds welcome_deadline{10};
constexpr std::chrono::seconds silence_before_ping{10};
constexpr std::chrono::seconds longest_silence{60};
constexpr std::size_t longest_line = 65536; // bytes

} // namespace

sim_session::sim_session(boost::asio::io_context& io, sim_session_user& user)
    : resolver_(io), socket_(io), deadline_(io), user_(&user) {}

void sim_session::run(const address& to, std::string hello,
                      std::optional<std::chrono::milliseconds> patience) {
  pending_ = std::move(hello);
  do_wait(patience.value_or(welcome_deadline), "no connection in time");
  resolver_.async_resolve(to.host, to.port, [self = shared_from_this()](auto ec, const auto& endpoints) {
    self->on_resolve(ec, endpoints);
  });
}

// Asking again takes the place of an earlier deadline.
void sim_session::do_wait(std::chrono::milliseconds patience, const char* failure) {
  deadline_.expires_after(patience);
  deadline_.async_wait([self = shared_from_this(), failure](boost::system::error_code ec) {
    if (!ec && !self->welcome_)
      self->fail(failure);
  });
}

void sim_session::on_resolve(boost::system::error_code ec, const tcp::resolver::results_type& endpoints) {
  if (!user_)
    return;
  if (ec)
    return fail(ec.message());
  boost::asio::async_connect(
      socket_, endpoints, [self = shared_from_this()](auto error, const auto&) { self->on_connect(error); });
}

void sim_session::on_connect(boost::system::error_code ec) {
  if (!user_)
    return;
  if (ec)
    return fail(ec.message());
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  last_sign_ = clock::now();
  do_wait(welcome_deadline, "no welcome in time");
  flush();
  do_read();
}

void sim_session::do_read() {
  socket_.async_read_some(
      boost::asio::buffer(buffer_),
      [self = shared_from_this()](auto ec, std::size_t size) { self->on_read(ec, size); });
}

void sim_session::on_read(boost::system::error_code ec, std::size_t size) {
  if (!user_)
    return;
  if (ec)
    return fail(ec == boost::asio::error::eof ? "closed by the node" : ec.message());
  last_sign_ = clock::now();
  std::string_view rest(buffer_.data(), size);
  for (auto end = rest.find('\n'); end != std::string_view::npos && user_; end = rest.find('\n')) {
    received_ += rest.substr(0, end);
    on_line(received_);
    received_.clear();
    rest.remove_prefix(end + 1);
  }
  if (!user_)
    return;
  received_ += rest;
  if (received_.size() > longest_line)
    return fail("the node sent an endless line");
  do_read();
}

void sim_session::on_line(std::string_view line) {
  const auto said = parse_node_line(line);
  switch (said.what) {
  case node_line::kind::welcome:
    welcome_ = true;
    deadline_.cancel();
    return user_->welcomed(said.id);
  case node_line::kind::error:
    return user_->refused(said.id, said.message);
  case node_line::kind::warning:
  case node_line::kind::bad:
    return user_->warned(said.message);
  case node_line::kind::disconnect:
    return user_->disconnect_asked(said.id);
  case node_line::kind::resync:
    return user_->resync_asked();
  case node_line::kind::ping:
    pending_ += "{\"type\":\"pong\"}\n";
    return flush();
  case node_line::kind::pong:
    return;
  }
}

void sim_session::flush() {
  if (writing_now_ || pending_.empty() || !user_)
    return;
  writing_now_ = true;
  in_flight_.swap(pending_);
  pending_.clear();
  boost::asio::async_write(
      socket_, boost::asio::buffer(in_flight_),
      [self = shared_from_this()](auto ec, std::size_t size) { self->on_write(ec, size); });
}

void sim_session::on_write(boost::system::error_code ec, std::size_t size) {
  writing_now_ = false;
  bytes_sent_ += size;
  if (!user_)
    return;
  if (ec)
    return fail(ec.message());
  last_sign_ = clock::now();
  if (welcome_ && !closing_)
    user_->writable();
  flush();
  say_goodbye();
}

void sim_session::keep_alive() {
  const auto silence = clock::now() - last_sign_;
  if (!welcome_ || !user_ || silence < silence_before_ping)
    return;
  if (silence > longest_silence)
    return fail("the node is silent");
  if (!writing_now_) {
    pending_ += "{\"type\":\"ping\"}\n";
    flush();
  }
}

void sim_session::close_when_written() {
  closing_ = true;
  flush();
  say_goodbye();
}

// Closing with unread lines in the socket would reset the connection and take our last lines with it: the
// node is told that no more will come, and closes.
void sim_session::say_goodbye() {
  boost::system::error_code ignored;
  if (closing_ && !writing_now_)
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void sim_session::close() {
  user_ = nullptr;
  boost::system::error_code ignored;
  resolver_.cancel();
  deadline_.cancel();
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void sim_session::fail(std::string_view why) {
  if (auto* user = std::exchange(user_, nullptr)) {
    close();
    user->lost(why);
  }
}

} // namespace rollcall::cli
