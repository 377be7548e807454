#include "transport/cluster/node_connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

namespace {

/// BASP lets go of a connection when its workers have read what had come: within milliseconds.
constexpr std::chrono::milliseconds basp_pause{5};

std::string reason(const boost::system::error_code& ec) {
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return "it closed the connection";
  return ec.message();
}

} // namespace

node_connection::node_connection(claim what, channel_ptr over, std::shared_ptr<const basp_bridge> basp,
                                 const limits& bounds, std::shared_ptr<metrics> counters, events tell)
    : claim_(std::move(what)),
      channel_(std::move(over)),
      basp_(std::move(basp)),
      bounds_(bounds),
      counters_(std::move(counters)),
      tell_(std::move(tell)),
      pair_(channel_->executor()),
      pause_(channel_->executor()),
      frames_(claim_.dialled ? basp_frames::sender::acceptor : basp_frames::sender::dialler,
              bounds.payload_bytes),
      inward_(bounds.buffer_bytes),
      outward_(bounds.buffer_bytes) {
  gate_->leads_to = this;
}

node_connection::~node_connection() {
  const std::lock_guard lock{gate_->mutex};
  gate_->leads_to = nullptr;
}

void node_connection::gate::pass(std::function<void(node_connection&)> what) {
  const std::lock_guard lock{mutex}; // the connection cannot end before this is over
  auto self = leads_to ? leads_to->weak_from_this().lock() : nullptr;
  if (!self)
    return;
  const auto on = self->channel_->executor();
  // Not a copy of self: the last one must not go here, under the lock.
  asio::post(on, [self = std::move(self), what = std::move(what)] { what(*self); });
}

void node_connection::run() {
  asio::dispatch(channel_->executor(), [self = shared_from_this()] {
    self->channel_->own(self->channel_, [weak = self->weak_from_this()] {
      if (const auto late = weak.lock())
        late->end("BASP did not begin in time");
    });
    self->channel_->set_deadline(self->bounds_.hand_over);
    if (self->claim_.dialled)
      return self->do_wait_for_basp();
    self->channel_->read(asio::buffer(self->inward_),
                         [self](error_code ec, std::size_t size) { self->on_first_bytes(ec, size); });
  });
}

void node_connection::cut(const std::string& why) {
  asio::post(channel_->executor(), [self = shared_from_this(), why] { self->end(why); });
}

void node_connection::on_first_bytes(const error_code& ec, std::size_t size) {
  if (over_)
    return;
  if (ec)
    return end(reason(ec));
  if (!passes(size))
    return;
  first_bytes_ = size;
  do_wait_for_basp();
}

void node_connection::do_wait_for_basp() {
  basp_->ask_whether_known(claim_.theirs.runtime, [through = gate_](bool known) {
    through->pass([known](node_connection& self) { self.on_known(known); });
  });
}

void node_connection::on_known(bool known) {
  if (over_)
    return;
  if (!known)
    return claim_.dialled ? do_dial() : do_accept();
  pause_.expires_after(basp_pause);
  pause_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec && !self->over_)
      self->do_wait_for_basp();
  });
}

/// Keeps one end and returns the other; -1 when that was the end of the connection.
int node_connection::open_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    end("no socketpair: " + std::system_category().message(errno));
    return -1;
  }
  pair_.assign(asio::local::stream_protocol{}, ends[0]);
  return ends[1];
}

void node_connection::do_accept() {
  tell_.in_use(nullptr, [self = shared_from_this()] {
    asio::post(self->channel_->executor(), [self] {
      if (self->over_)
        return;
      const auto descriptor = self->open_pair();
      if (descriptor < 0)
        return;
      self->basp_->accept(descriptor);
      self->channel_->lift_deadline();
      self->do_write_basp(self->first_bytes_);
      self->do_read_basp();
    });
  });
}

void node_connection::do_dial() {
  const auto descriptor = open_pair();
  if (descriptor < 0)
    return;
  do_read_node();
  do_read_basp();
  basp_->dial(descriptor, claim_.theirs.runtime, bounds_.hand_over,
              [through = gate_](const basp_bridge::dialled& got) {
                through->pass([got](node_connection& self) { self.on_dialled(got); });
              });
}

void node_connection::on_dialled(const basp_bridge::dialled& got) {
  if (over_)
    return;
  if (!got.published)
    return end(got.error);
  channel_->lift_deadline();
  tell_.in_use(got.published, [] {});
}

void node_connection::do_read_node() {
  channel_->read(asio::buffer(inward_), [self = shared_from_this()](error_code ec, std::size_t size) {
    self->on_read_node(ec, size);
  });
}

void node_connection::on_read_node(const error_code& ec, std::size_t size) {
  if (over_)
    return;
  if (ec)
    return end(reason(ec));
  if (passes(size))
    do_write_basp(size);
}

bool node_connection::passes(std::size_t size) {
  counters_->bytes_in += size;
  if (const auto wrong = frames_.look_at({inward_.data(), size})) {
    ++counters_->bad_frames;
    end("it sent invalid BASP data: " + *wrong);
    return false;
  }
  return true;
}

void node_connection::do_write_basp(std::size_t size) {
  asio::async_write(pair_, asio::buffer(inward_.data(), size),
                    [self = shared_from_this()](error_code ec, std::size_t) {
                      if (self->over_)
                        return;
                      if (ec)
                        return self->end("BASP has closed it: " + ec.message());
                      self->do_read_node();
                    });
}

void node_connection::do_read_basp() {
  pair_.async_read_some(asio::buffer(outward_), [self = shared_from_this()](error_code ec, std::size_t size) {
    self->on_read_basp(ec, size);
  });
}

void node_connection::on_read_basp(const error_code& ec, std::size_t size) {
  if (over_)
    return;
  if (ec)
    return end("BASP has closed it");
  counters_->bytes_out += size;
  channel_->write(asio::buffer(outward_.data(), size), [self = shared_from_this()](error_code failed) {
    if (self->over_)
      return;
    if (failed)
      return self->end(reason(failed));
    self->do_read_basp();
  });
}

void node_connection::end(const std::string& why) {
  if (std::exchange(over_, true))
    return;
  pause_.cancel();
  error_code ignored;
  pair_.close(ignored);
  channel_->cut();
  // What it keeps alive ends with it.
  const auto told = std::exchange(tell_, {});
  told.over(why);
}

} // namespace rollcall::cluster
