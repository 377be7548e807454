#include "transport/switches/common/session.hpp"

#include "transport/net/address_key.hpp"
#include "transport/switches/common/quoted.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace rollcall::switches {

namespace asio = boost::asio;

namespace {

/// Bytes of the switch's name in the log before it is known to be one.
constexpr std::size_t name_bytes = 32;

/// Bytes of what a certificate says.
constexpr std::size_t trouble_bytes = 300;

/// A switch may be silent for ever: as good as no deadline, but one that keeps the session.
constexpr std::chrono::hours for_ever{24 * 365 * 10};

std::string with_name(const switch_name& name, const std::string& address) {
  return name.known() ? switches::one_line(name.value(), name_bytes) + " at " + address : address;
}

} // namespace

session::session(channel::socket connected, net::tls_context tls, std::shared_ptr<shared> with,
                 admission_ptr gate, ended_fn ended)
    : shared_(std::move(with)),
      ended_(std::move(ended)),
      channel_(std::move(connected), std::move(tls)),
      address_(channel_.peer()),
      from_(net::address_key{address_}.text()),
      who_(with_name(shared_->dialled, address_)),
      gate_(std::move(gate)),
      driver_(shared_->make_driver(*this)),
      news_(shared_->bounds.window, shared_->bounds.backlog) {
  ++shared_->counters->open;
}

session::~session() {
  if (requests_)
    requests_->cut();
  stop_fetch();
  leave_port("the node is stopping");
  --shared_->counters->open;
  ended_(*this, ending_);
}

std::shared_ptr<session> session::make(channel::socket connected, net::tls_context tls,
                                       std::shared_ptr<shared> with, admission_ptr gate, ended_fn ended) {
  auto made = std::make_shared<session>(std::move(connected), std::move(tls), std::move(with),
                                        std::move(gate), std::move(ended));
  const auto weak = made->weak_from_this();
  const auto& bounds = made->shared_->bounds;
  made->requests_ = std::make_shared<link_requests>(
      link_requests::bounds{bounds.unsent_bytes, bounds.hang_ups_waiting}, [weak] {
        if (const auto self = weak.lock())
          asio::post(self->channel_.executor(), [self] { self->on_wake(); });
      });
  made->channel_.own(weak, [self = made.get()] { self->on_deadline(); });
  return made;
}

void session::run() {
  asio::dispatch(channel_.executor(), [self = shared_from_this()] { self->begin(); });
}

void session::begin() {
  if (phase_ != phase::handshake)
    return; // told to leave before it began
  gate_->enter(address_, [weak = weak_from_this()](const std::string& reason) {
    if (const auto self = weak.lock())
      self->cut(reason);
  });
  if (phase_ != phase::handshake)
    return;
  channel_.set_deadline(shared_->bounds.tls_handshake);
  channel_.handshake([self = shared_from_this()](channel::error_code ec) { self->on_handshake(ec); },
                     shared_->dialled.known() ? channel::handshake_side::client
                                              : channel::handshake_side::server);
}

// --- from any thread

void session::drain(const std::string& reason) {
  asio::post(channel_.executor(), [self = shared_from_this(), reason] {
    self->on_wake(); // what the link has wanted so far
    self->end(close_reason::leaving, reason);
  });
}

void session::revise() {
  asio::post(channel_.executor(), [self = shared_from_this()] {
    if (!self->name_.known())
      return;
    if (const auto no = self->gate_->revise(self->name_))
      self->end(no->why, no->text);
  });
}

void session::revise(const net::tls_context& identity) {
  asio::post(channel_.executor(), [self = shared_from_this(), identity] {
    if (!self->channel_.is_admitted_by(identity))
      self->lost("its certificate's authority was removed");
  });
}

void session::move(const move_fn& to) {
  asio::post(channel_.executor(), [self = shared_from_this(), to] {
    const auto nodes = self->name_.known() ? to(self->name_) : std::nullopt;
    if (!nodes || self->phase_ != phase::up)
      return;
    if (self->driver_->move(*nodes)) {
      self->inform("asked to move to another node");
      return self->do_write();
    }
    self->on_wake();
    self->end(close_reason::leaving, "the node hands over its switches");
  });
}

void session::cut(const std::string& reason) {
  asio::dispatch(channel_.executor(), [self = shared_from_this(), reason] { self->lost(reason); });
}

// --- what the switch, the link and the clock bring

void session::on_handshake(channel::error_code ec) {
  if (phase_ != phase::handshake)
    return;
  if (ec)
    return fail_handshake(one_line(channel_.handshake_trouble(ec), trouble_bytes));
  gate_->handshaken({});
  phase_ = phase::hello;
  channel_.set_deadline(shared_->bounds.hello);
  driver_->opened(now());
  do_write();
  do_read();
}

void session::fail_handshake(const std::string& trouble) {
  ++shared_->counters->tls_errors;
  gate_->handshaken(trouble);
  lost("TLS handshake: " + trouble);
}

void session::on_deadline() {
  switch (phase_) {
  case phase::up:
    channel_.set_deadline(for_ever);
    driver_->woken(now());
    return do_write();
  case phase::handshake:
    return fail_handshake("it took too long");
  case phase::hello:
    ++shared_->counters->timeouts;
    return end(close_reason::bad_message, "no hello came in time");
  case phase::attaching:
    return lost("the node did not answer in time");
  default:
    return lost("it took too long");
  }
}

void session::on_wake() {
  auto news = requests_->take(phase_ == phase::up);
  const auto caught_up = news_.consumed(news.consumed, port_.get());
  if (phase_ == phase::over)
    return;
  if (caught_up && phase_ == phase::up) {
    tell_overrun();
    if (phase_ == phase::up)
      driver_->caught_up(now());
  }
  std::move(news.requests.begin(), news.requests.end(), std::back_inserter(taken_));
  if (phase_ == phase::up)
    act_on_taken();
  if (news.closing)
    end(news.closing->why, news.closing->text);
  do_write();
  do_read();
  do_fetch();
}

void session::act_on_taken() {
  while (!taken_.empty()) {
    const auto next = std::move(taken_.front());
    taken_.pop_front();
    act_on(next);
  }
}

void session::act_on(const link_requests::request& wanted) {
  switch (wanted.what) {
  case link_requests::kind::hang_up:
    return wanted.reason.empty() ? driver_->hang_up(wanted.text, now())
                                 : driver_->hang_up_because(wanted.text, wanted.reason, now());
  case link_requests::kind::snapshot:
    return driver_->request_snapshot(now());
  case link_requests::kind::passed_barrier:
    return driver_->passed_barrier();
  case link_requests::kind::reject:
    return driver_->reject(wanted.text);
  }
}

// --- what the driver does

void session::identify(claim who) {
  if (phase_ != phase::hello)
    return;
  const auto no = gate_->admit(who);
  who_ = with_name(who.name, address_);
  if (no)
    return end(no->why, no->text);
  name_ = who.name;
  run_ = who.run;
  // Where a switch is dialled its address says nothing about who it is: a name may have several.
  if (!shared_->dialled.known() || !run_.empty())
    requests_->introduce({run_, address_});
  do_attach(who);
}

void session::do_attach(const claim& who) {
  phase_ = phase::attaching;
  channel_.set_deadline(shared_->bounds.attach);
  shared_->attach(name_, who.epoch, requests_, [weak = weak_from_this()](attach_result result) {
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
  if (!result.port)
    return end(result.refused, result.message);
  port_ = std::move(result.port);
  phase_ = phase::up;
  channel_.set_deadline(for_ever);
  ++shared_->counters->attached;
  ending_.was_attached = true;
  gate_->attached();
  inform(run_.empty() ? "connected" : "connected, run " + run_);
  driver_->attached(now());
  on_wake(); // the link may have wanted something already
}

void session::close(close_reason why, const std::string& text) { end(why, text); }

void session::wake(std::chrono::milliseconds in) {
  if (phase_ == phase::up)
    channel_.set_deadline(in);
}

// --- the end

void session::end(close_reason why, const std::string& text) {
  if (phase_ == phase::closing || phase_ == phase::over)
    return;
  ++shared_->counters->refused(why);
  ending_.reason = std::string{to_string(why)} + ": " + text;
  if (!shared_->dialled.known())
    note(why == close_reason::leaving ? spdlog::level::info : spdlog::level::warn,
         "closing: " + ending_.reason);
  const auto was_up = std::exchange(phase_, phase::closing) == phase::up;
  channel_.set_deadline(shared_->bounds.linger);
  // The link was told that these hang-ups are on their way.
  auto left = requests_->cut();
  std::move(left.begin(), left.end(), std::back_inserter(taken_));
  if (was_up)
    act_on_taken();
  driver_->closing(why, text);
  stop_fetch();
  leave_port(text);
  do_write();
  do_read();
}

void session::lost(const std::string& reason) {
  if (phase_ == phase::over)
    return;
  if (phase_ != phase::closing) {
    ending_.reason = reason;
    if (!shared_->dialled.known())
      warn("lost: " + reason);
  }
  stop_fetch();
  phase_ = phase::over;
  requests_->cut();
  leave_port(reason);
  channel_.cut();
}

void session::finish() {
  stop_fetch();
  phase_ = phase::over;
  requests_->cut();
  channel_.cancel();
  channel_.finish(shared_->bounds.linger);
}

void session::leave_port(const std::string& reason) {
  if (const auto port = std::exchange(port_, nullptr))
    port->closed(reason);
}

void session::note(spdlog::level::level_enum level, std::string_view text) {
  if (!spdlog::should_log(level))
    return;
  const auto at = std::chrono::steady_clock::now();
  const auto& known = name_.known() ? name_ : shared_->dialled;
  if (const auto more = known.known() ? shared_->lines.admit(known.value(), at)
                                      : shared_->lines_of_strangers.admit(from_, at))
    spdlog::log(level, "{}: {}: {}{}", shared_->kind, who_, text, *more);
}

} // namespace rollcall::switches
