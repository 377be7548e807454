#include "transport/switches/feed/session.hpp"

#include "domain/base/wait_message.hpp"
#include "transport/net/address_key.hpp"
#include "transport/switches/common/quoted.hpp"
#include "transport/switches/feed/lines.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace rollcall::feed {

namespace asio = boost::asio;

namespace {

/// A switch may be silent for ever: as good as no deadline.
constexpr std::chrono::hours for_ever{24 * 365 * 10};

/// A line that tells of a change; how many items a read will bring is guessed by it.
constexpr std::size_t typical_line_bytes = 100;

/// Of one read at most: what one delivery sets in motion should not keep others waiting for long.
constexpr std::size_t read_bytes = 16 * 1024;

/// Bytes of the switch's name in the log before it is known to be one.
constexpr std::size_t name_bytes = 32;

} // namespace

session::session(channel::socket connected, http::tls_context tls, std::shared_ptr<service> shared,
                 ended_fn ended)
    : service_(std::move(shared)),
      ended_(std::move(ended)),
      channel_(std::move(connected), std::move(tls)),
      address_(channel_.peer()),
      from_(address_key{address_}.text()),
      who_(address_),
      splitter_(line_bytes) {
  ++service_->counters.open;
  ++service_->counters.strangers;
}

session::~session() {
  if (wire_)
    wire_->cut();
  leave_port("the node is stopping");
  settle();
  --service_->counters.open;
  ended_(this);
}

std::shared_ptr<session> session::make(channel::socket connected, http::tls_context tls,
                                       std::shared_ptr<service> shared, ended_fn ended) {
  auto made =
      std::make_shared<session>(std::move(connected), std::move(tls), std::move(shared), std::move(ended));
  made->make_wire();
  return made;
}

void session::make_wire() {
  const auto weak = weak_from_this();
  wire_ = std::make_shared<wire>(service_->bounds.unsent_bytes, [weak] {
    if (const auto self = weak.lock())
      asio::post(self->channel_.executor(), [self] { self->on_wake(); });
  });
  channel_.own(weak, [this] { on_deadline(); });
}

void session::run() {
  asio::dispatch(channel_.executor(), [self = shared_from_this()] {
    if (self->phase_ != phase::handshake)
      return; // told to leave before it began
    self->take_place();
    self->channel_.set_deadline(self->service_->bounds.tls_handshake);
    self->channel_.handshake([self](channel::error_code ec) { self->on_handshake(ec); });
  });
}

void session::take_place() {
  channel::error_code ec;
  const auto from = asio::ip::make_address(address_, ec);
  if (ec || phase_ == phase::over)
    return; // gone again
  place_ = service_->unknown.add(from, [weak = weak_from_this(), shared = service_] {
    ++shared->counters.turned_away;
    if (const auto self = weak.lock())
      self->cut("a newer connection that has not said hello either takes its place");
  });
}

void session::drain() {
  asio::post(channel_.executor(), [self = shared_from_this()] {
    self->wire_->end("the node is stopping");
    self->on_wake();
  });
}

void session::revise() {
  asio::post(channel_.executor(), [self = shared_from_this()] {
    if (self->name_.known() && !self->service_->switches.contains(self->name_))
      self->wire_->close("unknown_switch", "this switch is configured no more");
  });
}

void session::revise(const http::tls_context& identity) {
  asio::post(channel_.executor(), [self = shared_from_this(), identity] {
    if (!self->channel_.is_admitted_by(identity))
      self->lost("no authority vouches for its certificate any more");
  });
}

void session::move(const move_fn& to) {
  asio::post(channel_.executor(), [self = shared_from_this(), to] {
    const auto nodes = self->name_.known() ? to(self->name_) : std::nullopt;
    if (!nodes || self->phase_ != phase::up)
      return;
    if (self->can_move_ && !nodes->empty()) {
      self->note(spdlog::level::info, "told to move to another node");
      return self->wire_->move(*nodes);
    }
    self->wire_->end("the node hands its switches over to others");
    self->on_wake();
  });
}

void session::cut(const std::string& reason) {
  asio::dispatch(channel_.executor(), [self = shared_from_this(), reason] { self->lost(reason); });
}

void session::on_handshake(channel::error_code ec) {
  if (phase_ != phase::handshake)
    return;
  if (ec) {
    ++service_->counters.tls_errors;
    return lost("TLS handshake: " + ec.message());
  }
  phase_ = phase::hello;
  channel_.set_deadline(service_->bounds.hello);
  do_read();
}

void session::on_wake() {
  const auto news = wire_->attend();
  outstanding_ -= std::min(outstanding_, news.consumed);
  if (phase_ == phase::over)
    return;
  if (news.closing && phase_ != phase::closing)
    begin_closing(news);
  do_write();
  do_read();
}

void session::on_deadline() {
  switch (phase_) {
  case phase::up:
    return on_silent_step();
  case phase::hello:
    ++service_->counters.timeouts;
    return refuse("bad_message", "no hello came in time");
  default:
    return lost("it took too long");
  }
}

void session::on_silent_step() {
  if (!can_ping_)
    return channel_.set_deadline(for_ever);
  channel_.set_deadline(service_->bounds.silence_step);
  if (!reading_)
    return; // lines may be there that were not read yet
  const auto& bounds = service_->bounds;
  if (++silent_steps_ == bounds.steps_before_ping)
    wire_->ping();
  if (silent_steps_ < bounds.steps_before_ping + bounds.steps_for_pong)
    return;
  ++service_->counters.silent;
  refuse("too_slow", "no line came, nor an answer to a ping");
}

bool session::may_read() const {
  const auto wanted = phase_ == phase::hello || phase_ == phase::closing
                      || (phase_ == phase::up && outstanding_ < service_->bounds.window);
  return wanted && !reading_ && !heard_all_;
}

void session::do_read() {
  if (!may_read())
    return;
  reading_ = true;
  const auto space = splitter_.space().first(read_bytes);
  channel_.read(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this()](channel::error_code ec, std::size_t size) { self->on_read(ec, size); });
}

void session::on_read(channel::error_code ec, std::size_t size) {
  reading_ = false;
  service_->counters.bytes_in += size;
  if (phase_ == phase::over)
    return;
  if (ec == asio::error::eof)
    return on_end_of_stream();
  if (ec)
    return lost(ec.message());
  // While it is being closed, what the switch still says is read and dropped: a switch that waits for us to
  // read would never come to read our last words.
  if (phase_ != phase::closing) {
    splitter_.added(size);
    if (phase_ == phase::hello)
      read_hello();
    else
      read_news(size);
  }
  do_read();
}

// What may be left is the beginning of a line: a line ends with its `\n`, or the switch has not said it.
void session::on_end_of_stream() {
  heard_all_ = true;
  if (phase_ == phase::closing)
    return; // our last words are still on their way
  if (phase_ == phase::up)
    note(spdlog::level::warn, "the switch closed the connection");
  else
    note(spdlog::level::debug, "closed without a hello");
  leave_port("the switch closed the connection");
  finish();
}

void session::read_hello() {
  std::string_view line;
  while (true) {
    switch (splitter_.next(line)) {
    case line_splitter::found::none:
      return;
    case line_splitter::found::too_long:
      return refuse("bad_message", too_long_reason);
    case line_splitter::found::line:
      if (!is_blank(line))
        return on_hello(line);
    }
  }
}

void session::on_hello(std::string_view line) {
  auto said = parser_.parse_hello(line);
  if (const auto* no = std::get_if<refused_hello>(&said))
    return refuse(no->code, no->message);
  const auto& known = std::get<hello>(said);
  const switch_name name{known.name};
  who_ = one_line(known.name, name_bytes) + " at " + who_;
  // Who guesses is told nothing of this secret, also when it is right. A name that is not configured has
  // none.
  if (const auto wait = service_->guessers.wait(address_, known.name, std::chrono::steady_clock::now());
      wait && service_->switches.contains(name)) {
    ++service_->counters.braked;
    return refuse("auth_failed", wait_message(*wait));
  }
  switch (service_->switches.check(name, known.secret)) {
  case switch_table::verdict::unknown:
    return refuse("unknown_switch", "no switch of this name is configured");
  case switch_table::verdict::wrong_secret:
    return on_wrong_secret(known.name);
  case switch_table::verdict::welcome:
    name_ = name;
    can_ping_ = known.can_ping;
    can_move_ = known.can_move;
    bad_fields_ = known.bad_fields;
    wire_->introduce({known.run, address_});
    return do_attach(known);
  }
}

void session::on_wrong_secret(const std::string& of) {
  auto& guessers = service_->guessers;
  guessers.wrong(address_, of, std::chrono::steady_clock::now());
  service_->counters.guessing = guessers.addresses();
  service_->counters.forgotten = guessers.forgotten();
  refuse("auth_failed", "the secret is wrong");
}

void session::do_attach(const hello& said) {
  phase_ = phase::attaching;
  channel_.set_deadline(service_->bounds.attach);
  service_->attach(name_, said.epoch, wire_, [weak = weak_from_this()](attach_result result) {
    const auto self = weak.lock();
    if (!self) {
      if (result.port)
        result.port->closed("the connection is gone");
      return;
    }
    asio::post(self->channel_.executor(),
               [self, result = std::move(result)]() mutable { self->on_attached(std::move(result)); });
  });
}

void session::on_attached(attach_result result) {
  if (phase_ != phase::attaching) {
    if (result.port)
      result.port->closed("the connection is gone");
    return;
  }
  if (!result.port && result.code.empty()) { // nothing that is wrong with the switch
    wire_->end(result.message);
    return on_wake();
  }
  if (!result.port)
    return refuse(result.code, result.message);
  port_ = std::move(result.port);
  phase_ = phase::up;
  settle();
  on_silent_step();
  note(spdlog::level::info, "connected");
  wire_->open(welcome_line(service_->node));
  for (const auto& what : std::exchange(bad_fields_, {})) {
    note(spdlog::level::warn, what);
    wire_->warn(what);
  }
  do_write();
  read_news(0); // of a switch that did not wait for the welcome
  do_read();
}

void session::read_news(std::size_t size) {
  const auto received = service_->now();
  switch_news news;
  news.reserve(size / typical_line_bytes + 1);
  std::string_view line;
  for (auto what = splitter_.next(line); what != line_splitter::found::none; what = splitter_.next(line)) {
    silent_steps_ = 0;
    if (what == line_splitter::found::too_long)
      std::get<bad_line>(news.emplace_back(std::in_place_type<bad_line>)).reason = too_long_reason;
    else
      parser_.parse(line, received, news);
  }
  if (news.empty())
    return;
  ++outstanding_;
  port_->deliver(std::move(news));
}

void session::do_write() {
  if (writing_ || (phase_ != phase::up && phase_ != phase::closing))
    return;
  if (!wire_->take(batch_)) {
    if (phase_ == phase::closing)
      finish();
    return;
  }
  writing_ = true;
  channel_.write(asio::buffer(batch_),
                 [self = shared_from_this()](channel::error_code ec) { self->on_write(ec); });
}

void session::on_write(channel::error_code ec) {
  writing_ = false;
  if (phase_ == phase::over)
    return;
  if (ec)
    return lost(ec.message());
  service_->counters.bytes_out += batch_.size();
  do_write();
}

void session::refuse(const std::string& code, const std::string& message) {
  wire_->close(code, message);
  on_wake(); // at once: nothing more is to be read of it
}

void session::begin_closing(const wire::news& news) {
  service_->counters.count_refusal(news.code);
  if (news.code.empty())
    note(spdlog::level::info, "closing: " + news.reason);
  else
    note(spdlog::level::warn, "closing: " + news.code + ": " + news.reason);
  phase_ = phase::closing;
  channel_.set_deadline(service_->bounds.linger);
  leave_port(news.reason);
}

void session::lost(const std::string& reason) {
  if (phase_ == phase::over)
    return;
  if (phase_ != phase::closing)
    note(spdlog::level::warn, "lost: " + reason);
  phase_ = phase::over;
  wire_->cut();
  leave_port(reason);
  channel_.cut();
}

void session::finish() {
  phase_ = phase::over;
  wire_->cut();
  channel_.cancel();
  channel_.finish(service_->bounds.linger);
}

void session::leave_port(const std::string& reason) {
  if (const auto port = std::exchange(port_, nullptr))
    port->closed(reason);
}

void session::settle() {
  place_.reset();
  if (std::exchange(stranger_, false))
    --service_->counters.strangers;
}

void session::note(spdlog::level::level_enum level, std::string_view text) {
  if (!spdlog::should_log(level))
    return;
  const auto now = std::chrono::steady_clock::now();
  if (const auto more = name_.known() ? service_->lines.admit(name_.value(), now)
                                      : service_->lines_of_strangers.admit(from_, now))
    spdlog::log(level, "feed: {}: {}{}", who_, text, *more);
}

} // namespace rollcall::feed
