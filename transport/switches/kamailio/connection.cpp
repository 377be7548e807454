#include "transport/switches/kamailio/connection.hpp"

#include "actors/runtime/log.hpp"
#include "transport/net/dead_peer.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <sys/socket.h>
#include <utility>

namespace rollcall::kamailio {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// Kamailio does not set TCP_NODELAY: its second small frame waits for our acknowledgement of the first,
/// which the kernel would put off by 40 ms. The option holds until the next read.
void acknowledge_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/// Requests begin at a number that nobody can guess: an answer to a request of a connection before, which
/// comes late into this one, is none to anything that this one has asked. Those of snapshots are below those
/// of hang-ups, and all are integers of 32 bits.
constexpr std::uint32_t first_of_hang_ups = 1U << 30U;

std::uint64_t random_below(std::uint32_t bound) {
  std::random_device random;
  return std::uniform_int_distribution<std::uint32_t>{1, bound - 1}(random);
}

/// Bytes that are read at most while the node has not answered the attach.
constexpr std::size_t attaching_bytes = 4 * 1024 * 1024;

/// Bad frames are told so often at most.
constexpr std::chrono::seconds bad_frame_pause{1};

std::string clock_note(double ahead) {
  std::array<char, 64> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f s %s", std::abs(ahead), ahead > 0 ? "ahead" : "behind");
  return std::string{"its clock is "} + seconds.data() + "; the times of its calls are corrected by that";
}

limits with_interval(limits bounds, const settings& to) {
  bounds.snapshot_interval = to.snapshot_interval;
  return bounds;
}

} // namespace

connection::connection(const executor& strand, const dependencies& with, std::uint64_t epoch,
                       std::function<void(const std::string&, bool)> over)
    : with_(with),
      epoch_(epoch),
      over_(std::move(over)),
      strand_(strand),
      resolver_(strand),
      socket_(strand),
      deadline_(strand),
      tick_(strand),
      pace_(strand),
      splitter_(frame_bytes),
      conversation_(with_interval(with.bounds, with.to), *with_.book, *with_.counters, steady_now(),
                    first_of_hang_ups + random_below(first_of_hang_ups / 2)),
      snapshot_request_(random_below(first_of_hang_ups / 2)) {}

void connection::run() {
  set_deadline(with_.bounds.connect, "no connection in time");
  resolver_.async_resolve(
      with_.to.evapi.host, with_.to.evapi.port, tcp::resolver::numeric_service,
      [self = shared_from_this()](error_code ec, const auto& found) { self->on_resolve(ec, found); });
}

void connection::on_resolve(error_code ec, const tcp::resolver::results_type& found) {
  if (phase_ == phase::over)
    return;
  if (ec)
    return lost("look-up of " + with_.to.evapi.host + ": " + ec.message());
  asio::async_connect(socket_, found, [self = shared_from_this()](error_code failed, const auto&) {
    self->on_connect(failed);
  });
}

void connection::on_connect(error_code ec) {
  if (phase_ == phase::over)
    return;
  if (ec)
    return lost("connect: " + ec.message());
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  net::notice_dead_peer(socket_.native_handle(),
                        std::chrono::ceil<std::chrono::seconds>(with_.bounds.ping + with_.bounds.answer));
  phase_ = phase::hello;
  connected_at_ = steady_now();
  set_deadline(with_.bounds.hello, "no hello in time");
  do_read();
}

void connection::set_deadline(std::chrono::milliseconds in, const char* what) {
  deadline_.expires_after(in);
  deadline_.async_wait([weak = weak_from_this(), before = phase_, what](error_code ec) {
    if (const auto self = weak.lock(); !ec && self && self->phase_ == before)
      self->lost(what);
  });
}

// --- reading

bool connection::may_read() const {
  return !reading_
         && (phase_ == phase::hello || phase_ == phase::up
             || (phase_ == phase::attaching && splitter_.unread() < attaching_bytes));
}

void connection::do_read() {
  if (!may_read())
    return;
  reading_ = true;
  const auto space = splitter_.space(read_bytes);
  socket_.async_read_some(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this()](error_code ec, std::size_t size) { self->on_read(ec, size); });
}

void connection::on_read(error_code ec, std::size_t size) {
  reading_ = false;
  if (phase_ == phase::over)
    return;
  if (ec)
    return lost(ec == asio::error::eof ? "Kamailio closed the connection" : ec.message());
  acknowledge_at_once(socket_.native_handle());
  splitter_.added(size);
  conversation_.received(size);
  if (phase_ == phase::attaching)
    return do_read(); // it is looked at when the link is there
  read_frames();
  look_around();
  do_read();
}

void connection::read_frames() {
  switch_news news;
  std::string_view payload;
  auto found = netstring_splitter::found::payload;
  while (phase_ == phase::hello || phase_ == phase::up) {
    found = splitter_.next(payload);
    if (found != netstring_splitter::found::payload)
      break;
    if (phase_ == phase::hello)
      on_hello(payload);
    else
      on_frame(payload, news);
  }
  deliver(std::move(news)); // what came before the break was said all the same
  if (const auto bad = conversation_.bad_frame_reason();
      bad && steady_now() - bad_frame_told_ >= bad_frame_pause) {
    bad_frame_told_ = steady_now();
    log::warn(with_.to.name.value(), "kamailio: bad frame: {}", *bad);
  }
  if (found == netstring_splitter::found::broken)
    lost("invalid netstring");
}

void connection::on_frame(std::string_view payload, switch_news& news) {
  auto said = reader_.read(payload, with_.now());
  if (const auto* lives = std::get_if<kamailio::pong>(&said))
    with_.faults->heard(lives->faults);
  if (auto* report = std::get_if<call_report>(&said))
    with_.clock->correct(report->event);
  if (const auto* answer = std::get_if<kamailio::pong>(&said);
      answer && answer->time && conversation_.ping_sent())
    measure_clock(*answer->time, *conversation_.ping_sent());
  const auto* answer = std::get_if<rpc_answer>(&said);
  const auto waits = answer && answer->request == awaited_request_ ? awaited_.lock() : nullptr;
  if (waits)
    waits->arrived(std::string{answer->json});
  else
    conversation_.on_frame(std::move(said), steady_now(), news);
}

void connection::measure_clock(timestamp told, moment since) {
  const auto before = with_.clock->correction();
  with_.clock->measured(told, with_.now(), steady_now() - since, steady_now());
  const std::chrono::duration<double> ahead = *with_.clock->ahead();
  with_.notes->set_clock(ahead.count());
  const auto corrected = with_.clock->correction() != switch_clock::difference{0};
  if (!corrected && before == switch_clock::difference{0})
    return;
  with_.notes->clear("clock");
  if (corrected)
    with_.notes->set("clock", clock_note(ahead.count()));
  if (with_.clock->correction() != before)
    log::warn(with_.to.name.value(), "kamailio: {}",
              corrected ? clock_note(ahead.count()) : "its clock is right again");
}

void connection::on_hello(std::string_view payload) {
  auto said = reader_.read(payload, with_.now());
  if (auto* first = std::get_if<hello>(&said)) {
    hello_ = std::move(*first);
    if (hello_.time)
      measure_clock(*hello_.time, connected_at_);
    return claim_run();
  }
  if (std::holds_alternative<foreign_frame>(said)) {
    ++with_.counters->frames_foreign; // what Kamailio tells others comes to whoever is connected
    return;
  }
  const auto* bad = std::get_if<bad_frame>(&said);
  lost(bad ? "no hello: " + bad->reason : "no hello");
}

/// The call book is the client's: it tells clients of one name apart.
void connection::claim_run() {
  if (closed_)
    return; // nothing may be noted of a switch that is let go
  if (const auto twin = with_.runs->claim(with_.to.name, with_.book.get(), hello_.run)) {
    with_.notes->set("run", "refused: it is the same Kamailio as switch " + *twin);
    return lost("refused: it is the same Kamailio as switch " + *twin + ", run " + hello_.run);
  }
  claimed_ = true;
  with_.notes->clear("run");
  do_attach();
}

void connection::do_attach() {
  phase_ = phase::attaching;
  set_deadline(with_.bounds.attach, "the node did not answer in time");
  with_.attach(with_.to.name, epoch_, shared_from_this(), [weak = weak_from_this()](attach_result result) {
    const auto self = weak.lock();
    if (!self) {
      if (result.port)
        result.port->closed("the connection is gone");
      return;
    }
    asio::post(self->strand_,
               [self, result = std::move(result)]() mutable { self->on_attached(std::move(result)); });
  });
}

void connection::on_attached(attach_result result) {
  if (phase_ != phase::attaching) {
    if (result.port)
      result.port->closed("the connection is gone");
    return;
  }
  if (!result.port)
    return lost(std::string{to_string(result.refused)} + ": " + result.message);
  deadline_.cancel();
  port_ = std::move(result.port);
  phase_ = phase::up;
  ++with_.counters->connected;
  log::info(with_.to.name.value(), "kamailio: connected, run {}", hello_.run);
  conversation_.begin(hello_, steady_now());
  dialogs_ = std::make_unique<dialog_reader>(hello_.run);
  do_tick();
  read_frames(); // what came with the hello
  look_around();
}

// --- what time and the link want

/// Whatever has happened, something may be said, read or begun now.
void connection::look_around() {
  if (phase_ != phase::up)
    return;
  switch_news news;
  conversation_.write_pending(steady_now(), waiting_, news);
  waiting_hang_ups_ = conversation_.waiting();
  deliver(std::move(news));
  if (const auto wait = conversation_.wait(steady_now())) {
    pace_.expires_after(std::max(*wait, std::chrono::milliseconds{1}));
    pace_.async_wait([weak = weak_from_this()](error_code ec) {
      if (const auto self = weak.lock(); !ec && self)
        self->look_around();
    });
  }
  do_write();
  do_snapshot();
  if (piece_waits_ && !link_is_behind())
    go_on();
  do_read();
}

void connection::do_tick() {
  if (phase_ != phase::up)
    return;
  // After a pause of this process the answers wait in the socket.
  if (const auto before = std::exchange(ticked_, steady_now()); ticked_ - before > 2 * with_.bounds.tick)
    conversation_.resumed(ticked_);
  conversation_.tick(steady_now());
  if (conversation_.silent(steady_now()))
    return lost("no sign of life");
  look_around();
  tick_.expires_after(with_.bounds.tick);
  tick_.async_wait([weak = weak_from_this()](error_code ec) {
    if (const auto self = weak.lock(); !ec && self)
      self->do_tick();
  });
}

bool connection::hang_up(const std::string& id) {
  if (closed_ || posted_ + waiting_hang_ups_ >= with_.bounds.hang_ups_waiting)
    return false;
  ++posted_;
  asio::post(strand_, [self = shared_from_this(), id] {
    --self->posted_;
    self->conversation_.hang_up(id);
    self->look_around();
  });
  return true;
}

void connection::request_snapshot() {
  asio::post(strand_, [self = shared_from_this()] {
    self->conversation_.resync();
    self->look_around();
  });
}

void connection::consumed() {
  asio::post(strand_, [self = shared_from_this()] {
    self->outstanding_ -= std::min<std::size_t>(self->outstanding_, 1);
    self->work_off_backlog();
    self->look_around();
  });
}

void connection::close(close_reason why, const std::string& message) {
  closed_ = true;
  asio::post(strand_, [self = shared_from_this(), reason = std::string{to_string(why)} + ": " + message] {
    self->lost(reason);
  });
}

void connection::stop(const std::string& reason) {
  closed_ = true;
  asio::post(strand_, [self = shared_from_this(), reason] {
    self->lost(reason);
    self->with_.runs->forget(self->with_.to.name, self->with_.book.get());
  });
}

// --- out, and the end

void connection::do_write() {
  if (writing_ || waiting_.empty() || phase_ != phase::up)
    return;
  writing_ = true;
  batch_ = std::exchange(waiting_, {});
  asio::async_write(socket_, asio::buffer(batch_),
                    [self = shared_from_this()](error_code ec, std::size_t) { self->on_write(ec); });
}

void connection::on_write(error_code ec) {
  writing_ = false;
  if (phase_ == phase::over)
    return;
  if (ec)
    return lost(ec.message());
  do_write();
}

void connection::lost(const std::string& reason) {
  if (phase_ == phase::over)
    return;
  const auto was_up = phase_ == phase::up;
  phase_ = phase::over;
  closed_ = true;
  ++with_.counters->lost;
  if (snapshot_)
    std::exchange(snapshot_, nullptr)->cancel();
  deadline_.cancel();
  tick_.cancel();
  pace_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (std::exchange(claimed_, false))
    with_.runs->release(with_.to.name, with_.book.get());
  if (const auto port = std::exchange(port_, nullptr))
    port->closed(reason);
  if (const auto over = std::exchange(over_, nullptr))
    over(reason, was_up);
}

} // namespace rollcall::kamailio
