#include "transport/http/answer_sender.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace rollcall::http {

namespace asio = boost::asio;

answer_sender::answer_sender(net::channel& to, std::shared_ptr<service> shared, response answer,
                             const answer_form& form)
    : channel_(to),
      service_(std::move(shared)),
      live_(answer.live),
      patience_(live_ ? service_->bounds.live_write : service_->bounds.write),
      writer_(std::make_unique<response_writer>(std::move(answer), form)) {}

answer_sender::~answer_sender() {
  if (long_)
    asio::post(service_->encoders, [writer = std::move(writer_)] {});
}

void answer_sender::start(const user_ptr& who) {
  channel_.set_deadline(patience_);
  make_next(who);
}

/// The first piece is made here and now: most answers have no other, and would only lose time on their way to
/// another thread.
void answer_sender::make_next(const user_ptr& who) {
  if (must_wait(who))
    return;
  ahead_ = ahead::making;
  if (!begun_ && !writing_) {
    pull(1);
    on_made(who);
    return;
  }
  long_ = true;
  asio::post(service_->encoders, [self = shared_from_this(), who, enough = enough_] {
    self->pull(enough);
    asio::post(self->channel_.executor(), [self, who] { self->on_made(who); });
  });
}

bool answer_sender::must_wait(const user_ptr& who) {
  const auto ready = [weak = weak_from_this(), owner = std::weak_ptr<user>{who}, wait = ++wait_] {
    const auto self = weak.lock();
    const auto still = owner.lock();
    if (!self || !still)
      return;
    const auto executor = self->channel_.executor();
    asio::post(executor, [self, still, wait] { self->on_ready(still, wait); });
  };
  if (!writer_->wait(ready))
    return false;
  ahead_ = ahead::waiting;
  if (live_ && !writing_)
    rest();
  return true;
}

/// It may be long until something comes: what a quick client was sent at once is not kept until then.
void answer_sender::rest() {
  enough_ = least_piece;
  for (auto* const piece : {&out_, &made_})
    if (piece->capacity() > 2 * least_piece)
      std::string{}.swap(*piece);
}

void answer_sender::on_ready(const user_ptr& who, std::uint64_t wait) {
  if (ahead_ == ahead::waiting && wait == wait_)
    make_next(who);
}

/// Runs wherever pieces are made, while nobody else touches the writer or what it writes to.
void answer_sender::pull(std::size_t enough) noexcept {
  try {
    // What the last call of the source appends goes beyond that a little. Growing on the way would double it.
    if (enough > least_piece)
      made_.reserve(enough + least_piece + 16 * 1024);
    for (auto before = made_.size(); more_ && made_.size() < enough && !writer_->wait({});
         before = made_.size()) {
      more_ = writer_->next(made_);
      if (made_.size() == before)
        break; // it has work to do: others have a turn
    }
  } catch (const std::exception& e) {
    failure_ = e.what();
    if (failure_.empty())
      failure_ = "unknown";
  }
}

void answer_sender::on_made(const user_ptr& who) {
  ahead_ = ahead::made;
  if (!writing_)
    go_on(who);
}

/// Sends what was made, and has the next made meanwhile.
void answer_sender::go_on(const user_ptr& who) {
  if (!failure_.empty())
    return who->answer_failed(failure_.c_str());
  ahead_ = ahead::nothing;
  if (made_.empty()) // nothing had come after all, or nothing follows
    return more_ ? make_next(who) : who->answer_sent(writer_->keep_alive());
  out_.swap(made_);
  made_.clear();
  sent_ = 0;
  if (begun_ && in_rounds())
    return start_round(who);
  write_rest(who);
  if (more_)
    make_next(who);
}

void answer_sender::write_rest(const user_ptr& who) {
  writing_ = true;
  channel_.set_deadline(patience_);
  channel_.write(asio::buffer(out_) + sent_, [self = shared_from_this(), who](net::channel::error_code ec) {
    self->on_written(who, ec);
  });
}

void answer_sender::start_round(const user_ptr& who) {
  channel_.set_deadline(patience_);
  ahead_ = ahead::making;
  long_ = true;
  round_ = 0;
  round_ends_ = net::channel::clock::now() + most_of_round;
  asio::post(service_->encoders, [self = shared_from_this(), who] { self->take_steps(who); });
}

/// Runs where pieces are made, as what it calls.
void answer_sender::take_steps(const user_ptr& who) {
  do {
    at_work_ = more_ ? 2 : 1;
    if (more_)
      asio::post(service_->encoders, [self = shared_from_this(), who, enough = enough_] {
        self->pull(enough);
        if (self->step_is_over(who))
          self->take_steps(who);
      });
    sent_ = channel_.send_now(asio::buffer(out_));
  } while (step_is_over(who));
}

/// True when a further step is this thread's to take.
bool answer_sender::step_is_over(const user_ptr& who) {
  if (--at_work_ > 0)
    return false;
  round_ += sent_;
  const bool refused = sent_ < out_.size();
  if (refused || made_.empty() || !failure_.empty() || net::channel::clock::now() >= round_ends_) {
    asio::post(channel_.executor(), [self = shared_from_this(), who] { self->on_round(who); });
    return false;
  }
  out_.swap(made_);
  made_.clear();
  enough_ = std::min(2 * enough_, most());
  return true;
}

void answer_sender::on_round(const user_ptr& who) {
  service_->counters.bytes_out += round_;
  ahead_ = ahead::made;
  if (sent_ == out_.size()) {
    channel_.set_deadline(patience_);
    return go_on(who);
  }
  enough_ = least_piece;
  write_rest(who);
}

void answer_sender::on_written(const user_ptr& who, net::channel::error_code ec) {
  writing_ = false;
  if (ec)
    return who->answer_lost();
  service_->counters.bytes_out += out_.size() - sent_;
  if (!std::exchange(begun_, true))
    service_->counters.count_response(writer_->status());
  if (ahead_ == ahead::made)
    return go_on(who);
  if (ahead_ == ahead::making)
    enough_ = std::min(2 * enough_, most()); // the client is quicker than we are
  if (ahead_ == ahead::nothing)
    return who->answer_sent(writer_->keep_alive());
  channel_.set_deadline(patience_); // from now on it is the body that is waited for
  if (live_ && ahead_ == ahead::waiting)
    rest();
}

} // namespace rollcall::http
