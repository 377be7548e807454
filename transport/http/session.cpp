#include "transport/http/session.hpp"

#include "actors/runtime/log.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <exception>
#include <utility>

namespace rollcall::http {

namespace asio = boost::asio;

/// The one right to answer one request. When nobody uses it, the last to let go tells the client so.
class session::pending_reply {
public:
  pending_reply(const std::shared_ptr<session>& owner, std::uint64_t number)
      : owner_(owner), number_(number) {}

  ~pending_reply() {
    if (!used_)
      deliver(text_response(500, "The request was not answered."), true);
  }

  pending_reply(const pending_reply&) = delete;
  pending_reply& operator=(const pending_reply&) = delete;

  void use(response answer) {
    if (!used_.exchange(true))
      deliver(std::move(answer), false);
  }

private:
  void deliver(response answer, bool forgotten) {
    const auto self = owner_.lock();
    if (!self)
      return; // the client has gone
    asio::post(self->channel_.executor(),
               [self, number = number_, answer = std::move(answer), forgotten]() mutable {
                 if (forgotten)
                   ++self->service_->counters.handler_errors;
                 self->on_reply(number, std::move(answer));
               });
  }

  std::weak_ptr<session> owner_; ///< weak: a reply that is kept for ever must not keep the connection
  std::uint64_t number_;
  std::atomic<bool> used_{false};
};

session::session(net::channel::socket connected, net::tls_context tls, door entrance,
                 std::shared_ptr<service> shared, peer_table::place place)
    : channel_(std::move(connected), std::move(tls)),
      service_(std::move(shared)),
      reader_(service_->bounds),
      place_(std::move(place)),
      peer_(channel_.peer()),
      from_(peer_),
      may_give_way_(place_.is_counted()),
      door_(entrance) {
  ++service_->counters.open;
}

session::~session() {
  leave_gate();
  --service_->counters.open;
  service_->sessions.remove(this);
}

void session::run() {
  asio::dispatch(channel_.executor(), [self = shared_from_this()] {
    self->channel_.own(self->weak_from_this(), [raw = self.get()] { raw->on_deadline(); });
    self->enter(phase::handshake, self->service_->bounds.tls_handshake);
    if (!self->channel_.is_tls())
      return self->begin_handshake();
    self->channel_.await_hello([self](net::channel::error_code ec) {
      if (ec)
        self->on_handshake(ec);
      else
        self->on_hello();
    });
  });
}

/// While it waits for its turn, what keeps it alive is the deadline, which ends it.
void session::on_hello() {
  // The gate calls from other sessions' threads.
  const auto here = [weak = weak_from_this(), strand = channel_.executor()](void (session::*what)()) {
    return [weak, strand, what] {
      asio::post(strand, [weak, what] {
        if (const auto self = weak.lock(); self && self->phase_ == phase::handshake)
          (self.get()->*what)();
      });
    };
  };
  ticket_ = service_->handshakes.enter(from_, here(&session::begin_handshake), here(&session::on_replaced));
}

void session::begin_handshake() {
  has_turn_ = true;
  channel_.handshake([self = shared_from_this()](net::channel::error_code ec) { self->on_handshake(ec); });
}

void session::on_replaced() {
  ++service_->counters.handshakes_replaced;
  give_up_handshake("too many of all addresses, and most of them of this one or older");
}

void session::give_up_handshake(const char* why) {
  const auto text = [&] { return "the TLS handshake of " + peer_ + " is given up: " + why; };
  if (const auto line = service_->handshakes_given_up.line(from_.text(), net::channel::clock::now(), text))
    log::warn("http", "{}", *line);
  leave_gate();
  channel_.cut();
}

void session::leave_gate() {
  if (const auto ticket = std::exchange(ticket_, 0))
    service_->handshakes.leave(from_, ticket);
}

void session::drain() {
  asio::post(channel_.executor(), [self = shared_from_this()] {
    const bool reading = self->phase_ == phase::idle || self->phase_ == phase::header;
    if (reading && !self->reader_.started())
      self->channel_.cancel(); // on_read then closes
  });
}

void session::cut() {
  asio::post(channel_.executor(), [self = shared_from_this()] { self->channel_.cut(); });
}

void session::revise(const net::tls_context& identity) {
  asio::post(channel_.executor(), [self = shared_from_this(), identity] {
    if (self->channel_.is_admitted_by(identity))
      return;
    const auto text = [&] {
      return "the connection of " + self->peer_ + " is cut: its certificate's authority was removed";
    };
    if (const auto line =
            self->service_->distrusted.line(self->from_.text(), net::channel::clock::now(), text))
      log::warn("http", "{}", *line);
    self->channel_.cut();
  });
}

std::optional<stranger> session::as_stranger() const {
  return may_give_way_ ? std::optional{stranger{from_, accepted_}} : std::nullopt;
}

bool session::evict() {
  if (!may_give_way_.exchange(false))
    return false;
  asio::post(channel_.executor(), [self = shared_from_this()] {
    self->leaves_ = true;
    if (self->phase_ != phase::reply && self->phase_ != phase::write)
      self->channel_.cut();
  });
  return true;
}

void session::on_handshake(net::channel::error_code ec) {
  leave_gate();
  if (ec) {
    ++service_->counters.tls_errors;
    log::debug("http", "TLS handshake with {} failed: {}", peer_, ec.message());
    return finish(); // TLS has told the client why, and it should be able to read that
  }
  // Who connects means to ask soon: the first header has its own deadline, not the long one of idleness.
  enter(phase::header, service_->bounds.header);
  read_on();
}

void session::begin_request() {
  if (reader_.started())
    enter(phase::header, service_->bounds.header);
  else
    enter(phase::idle, service_->bounds.idle);
  read_on();
}

void session::read_on() {
  using progress = request_reader::progress;
  switch (reader_.advance()) {
  case progress::need_header:
    if (service_->draining && !reader_.started())
      return finish();
    if (phase_ == phase::idle && reader_.started())
      enter(phase::header, service_->bounds.header);
    return do_read();
  case progress::wants_continue:
    enter(phase::body, service_->bounds.body);
    return do_continue();
  case progress::need_body:
    if (phase_ != phase::body)
      enter(phase::body, service_->bounds.body);
    return do_read();
  case progress::complete:
    return hand_over();
  case progress::refused:
    return refuse(reader_.why().status, reader_.why().reason);
  }
}

void session::do_read() {
  const auto room = reader_.prepare();
  channel_.read(asio::buffer(room.data(), room.size()),
                [self = shared_from_this()](net::channel::error_code ec, std::size_t bytes) {
                  self->on_read(ec, bytes);
                });
}

void session::on_read(net::channel::error_code ec, std::size_t bytes) {
  reader_.commit(bytes);
  service_->counters.bytes_in += bytes;
  if (expired_) {
    if (!reader_.started())
      return finish();
    ++service_->counters.timeouts;
    return refuse(408, "The request took too long.");
  }
  if (ec && !(ec == asio::error::operation_aborted && service_->draining))
    return finish();
  read_on();
}

void session::do_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  channel_.write(asio::buffer(go_on), [self = shared_from_this()](net::channel::error_code ec) {
    if (ec)
      return self->channel_.cut();
    self->service_->counters.count_response(100);
    self->read_on();
  });
}

void session::hand_over() {
  enter(phase::reply, service_->bounds.reply);
  ++service_->counters.requests;
  auto asked = reader_.take();
  posts_ = asked.method == "POST";
  asked.peer = asked.client = peer_;
  asked.secure = channel_.is_tls();
  asked.door = door_;
  asked.waited = channel_.waited();
  form_ = {asked.version, reader_.head_only(), reader_.keep_alive(),
           accepts_gzip(asked.value("Accept-Encoding"))};
  auto pending = std::make_shared<pending_reply>(shared_from_this(), ++number_);
  try {
    service_->handler(std::move(asked), [pending](response answer) { pending->use(std::move(answer)); });
  } catch (const std::exception& e) {
    ++service_->counters.handler_errors;
    tell_failure("a request of " + peer_ + " failed: " + e.what());
    pending->use(text_response(500, "The request failed."));
  }
}

void session::on_reply(std::uint64_t number, response answer) {
  if (phase_ != phase::reply || number != number_)
    return; // the deadline has answered for it
  start_answer(std::move(answer), form_);
}

void session::refuse(unsigned status, std::string reason) {
  ++service_->counters.malformed;
  log::debug("http", "a request of {} is refused with {}: {}", peer_, status, reason);
  start_answer(text_response(status, std::move(reason)), {11, false, false, false});
}

void session::start_answer(response answer, const answer_form& form) {
  phase_ = phase::write;
  constexpr unsigned least_refusal = 400;
  if (posts_ && answer.status < least_refusal && may_give_way_.load(std::memory_order_relaxed))
    may_give_way_ = false;
  auto last_or_not = form;
  last_or_not.keep_alive = form.keep_alive && !service_->draining && !leaves_;
  sender_ = std::make_shared<answer_sender>(channel_, service_, std::move(answer), last_or_not);
  sender_->start({shared_from_this(), this});
}

void session::answer_sent(bool keep_alive) {
  sender_.reset(); // its memory too: an idle connection should cost little
  if (!keep_alive || service_->draining || leaves_)
    return finish();
  begin_request();
}

void session::answer_lost() { channel_.cut(); }

void session::answer_failed(const char* why) {
  tell_failure("an answer to " + peer_ + " failed: " + why);
  if (sender_->begun()) {
    ++service_->counters.cut;
    return channel_.cut();
  }
  start_answer(text_response(500, "The answer failed."), form_);
}

void session::on_late_body() {
  tell_failure("the rest of an answer to " + peer_ + " did not come in time");
  if (sender_->begun()) {
    ++service_->counters.cut;
    return channel_.cut();
  }
  ++service_->counters.handler_errors;
  form_.keep_alive = false;
  start_answer(text_response(503, "The request could not be answered in time."), form_);
}

void session::on_deadline() {
  switch (phase_) {
  case phase::idle:
  case phase::header:
  case phase::body:
    if (std::exchange(expired_, true))
      return channel_.cut();
    // A cancel that comes between two steps of a TLS read is lost: what ends it then is this second deadline.
    channel_.set_deadline(service_->bounds.linger);
    return channel_.cancel();
  case phase::reply:
    ++service_->counters.handler_errors;
    tell_failure("a request of " + peer_ + " was not answered in time");
    form_.keep_alive = false;
    return start_answer(text_response(503, "The request could not be answered in time."), form_);
  case phase::write:
    if (sender_->body_is_late())
      return on_late_body();
    ++service_->counters.timeouts;
    return channel_.cut();
  case phase::handshake:
    ++service_->counters.timeouts;
    if (ticket_ == 0 || has_turn_)
      return channel_.cut();
    ++service_->counters.handshakes_unserved;
    return give_up_handshake("too many of this address are under way");
  case phase::finishing:
    return;
  }
}

void session::tell_failure(const std::string& what) {
  if (const auto more = service_->failures.admit(from_.text(), net::channel::clock::now()))
    log::error("http", "{}{}", what, *more);
}

void session::enter(phase next, std::chrono::milliseconds within) {
  phase_ = next;
  channel_.set_deadline(within);
}

void session::finish() {
  phase_ = phase::finishing;
  channel_.finish(service_->bounds.linger);
}

} // namespace rollcall::http
