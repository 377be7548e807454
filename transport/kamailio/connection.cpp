#include "transport/kamailio/connection.hpp"

#include "actors/log.hpp"
#include "transport/kamailio/dump_file.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

limits with_interval(limits bounds, const settings& to) {
  bounds.snapshot_interval = to.snapshot_interval;
  return bounds;
}

} // namespace

connection::connection(const executor& strand, const surroundings& with, std::uint64_t epoch,
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
      conversation_(with_interval(with.bounds, with.to), *with_.book, *with_.counters, steady_now()) {}

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
  phase_ = phase::hello;
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
  return !reading_ && (phase_ == phase::hello || (phase_ == phase::up && outstanding_ < with_.bounds.window));
}

void connection::do_read() {
  if (!may_read()) {
    stalled_ = stalled_ || (phase_ == phase::up && !reading_);
    return;
  }
  if (std::exchange(stalled_, false))
    conversation_.resumed(steady_now());
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
  read_frames();
  look_around();
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
  if (found == netstring_splitter::found::broken)
    lost("what came is no netstring");
}

void connection::on_frame(std::string_view payload, switch_news& news) {
  auto said = reader_.read(payload, with_.now());
  const auto* answer = std::get_if<snapshot_answer>(&said);
  const auto waits = awaited_.lock();
  if (answer && waits)
    waits->arrived(std::string{answer->json});
  else
    conversation_.hear(std::move(said), steady_now(), news);
}

void connection::on_hello(std::string_view payload) {
  auto said = reader_.read(payload, with_.now());
  if (auto* first = std::get_if<hello>(&said)) {
    hello_ = std::move(*first);
    return do_attach();
  }
  const auto* bad = std::get_if<bad_frame>(&said);
  lost(bad ? "no hello: " + bad->reason : "no hello");
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
    return lost(result.code + ": " + result.message);
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
  conversation_.speak(steady_now(), waiting_, news);
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
  if (piece_waits_ && outstanding_ < with_.bounds.window)
    go_on();
  do_read();
}

void connection::do_tick() {
  if (phase_ != phase::up)
    return;
  conversation_.tick(steady_now());
  if (!stalled_ && conversation_.silent(steady_now()))
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

void connection::resync() {
  asio::post(strand_, [self = shared_from_this()] {
    self->conversation_.resync();
    self->look_around();
  });
}

void connection::consumed() {
  asio::post(strand_, [self = shared_from_this()] {
    self->outstanding_ -= std::min<std::size_t>(self->outstanding_, 1);
    self->look_around();
  });
}

void connection::close(const std::string& code, const std::string& message) {
  closed_ = true;
  asio::post(strand_, [self = shared_from_this(), reason = code + ": " + message] { self->lost(reason); });
}

void connection::stop(const std::string& reason) {
  closed_ = true;
  asio::post(strand_, [self = shared_from_this(), reason] { self->lost(reason); });
}

// --- snapshots

void connection::do_snapshot() {
  if (phase_ != phase::up || snapshot_ || !conversation_.snapshot_due(steady_now()))
    return;
  switch_news news;
  conversation_.snapshot_begins(steady_now(), news);
  deliver(std::move(news));
  dialogs_bad_ = 0;
  // The snapshot lives no longer than we let it, so that its events may take us for granted.
  snapshot::events tell;
  tell.ask = [this](std::string request) { return ask(std::move(request)); };
  tell.dialog = [this](std::string_view json) {
    auto said = dialogs_->read(json, with_.now());
    dialogs_bad_ += std::holds_alternative<bad_dialog>(said) ? 1 : 0;
    conversation_.snapshot_says(std::move(said), steady_now(), named_);
  };
  tell.piece = [this] {
    deliver(std::exchange(named_, {}));
    piece_waits_ = true;
    look_around();
  };
  tell.done = [this](const std::string& error) { on_snapshot_done(error); };
  tell.no_dump = [this](const std::string& reason) {
    if (!std::exchange(no_dump_told_, true))
      log::warn(with_.to.name.value(), "kamailio: no dumps, lists instead: {}", reason);
  };
  snapshot_ = std::make_shared<snapshot>(strand_, dump_file(with_.to), std::move(tell));
  snapshot_->start();
}

snapshot_source_ptr connection::ask(std::string request) {
  if (with_.to.rpc)
    return rpc_source(strand_, *with_.to.rpc, std::move(request), with_.bounds);
  const auto answer = awaited_text(strand_, with_.bounds);
  awaited_ = answer;
  append_netstring(waiting_, request);
  do_write();
  return answer;
}

void connection::go_on() {
  piece_waits_ = false;
  snapshot_->go_on();
}

void connection::on_snapshot_done(const std::string& error) {
  const auto finished = std::exchange(snapshot_, nullptr);
  piece_waits_ = false;
  if (dialogs_bad_ > 0)
    log::warn(with_.to.name.value(), "kamailio: {} dialogs of the snapshot make no sense", dialogs_bad_);
  if (error.empty()) {
    switch_news news;
    conversation_.snapshot_ends(steady_now(), news);
    deliver(std::move(news));
  } else {
    log::warn(with_.to.name.value(), "kamailio: no snapshot: {}", error);
    conversation_.snapshot_failed(steady_now());
    named_.clear();
  }
  look_around();
}

// --- out, and the end

void connection::deliver(switch_news&& news) {
  if (news.empty() || !port_)
    return;
  ++outstanding_;
  port_->deliver(std::move(news));
}

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
  if (const auto port = std::exchange(port_, nullptr))
    port->closed(reason);
  if (const auto over = std::exchange(over_, nullptr))
    over(reason, was_up);
}

} // namespace rollcall::kamailio
