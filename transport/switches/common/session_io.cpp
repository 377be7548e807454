#include "transport/switches/common/session.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

// What a session reads, fetches, tells its link and writes.
namespace rollcall::switches {

namespace asio = boost::asio;

namespace {

/// Memory of a batch that is kept for the next one.
constexpr std::size_t kept_bytes = 256 * 1024;

} // namespace

// --- reading

bool session::may_read() const {
  if (reading_ || heard_all_)
    return false;
  const auto always = shared_->bounds.backlog > 0;
  switch (phase_) {
  case phase::hello:
  case phase::closing:
    return true;
  case phase::attaching:
    return always && early_bytes_ < shared_->bounds.attaching_bytes;
  case phase::up:
    return always || !news_.is_behind();
  default:
    return false;
  }
}

void session::do_read() {
  if (!may_read())
    return;
  reading_ = true;
  const auto space = driver_->space();
  channel_.read(
      asio::buffer(space.data(), std::min(space.size(), shared_->bounds.read_bytes)),
      [self = shared_from_this()](channel::error_code ec, std::size_t size) { self->on_read(ec, size); });
}

void session::on_read(channel::error_code ec, std::size_t size) {
  reading_ = false;
  shared_->counters->bytes_in += size;
  if (phase_ == phase::over)
    return;
  if (ec == asio::error::eof)
    return on_end_of_stream();
  if (ec)
    return lost(ec.message());
  if (shared_->bounds.acknowledge_at_once)
    channel_.acknowledge_at_once();
  if (phase_ == phase::attaching)
    early_bytes_ += size;
  // While it is being closed, what the switch still says is read and dropped: a switch that waits for us to
  // read would never come to read our last words.
  if (phase_ != phase::closing)
    driver_->received(size, now());
  do_write();
  do_read();
}

// What may be left is the beginning of something that the switch has not said.
void session::on_end_of_stream() {
  heard_all_ = true;
  if (phase_ == phase::closing)
    return; // our last words are still on their way
  ending_.reason = "the switch closed the connection";
  if (phase_ != phase::up)
    note(spdlog::level::debug, "closed without a hello");
  else if (!shared_->dialled.known())
    warn(ending_.reason);
  requests_->cut(); // first: once the link knows, nothing may look as if it were on its way
  leave_port(ending_.reason);
  finish();
}

// --- fetching

void session::fetch(fetch_source from, fetch_pace pace) {
  stop_fetch();
  if (phase_ != phase::up)
    return;
  fetch_ = make_fetch(channel_.executor(), std::move(from), shared_->bounds.fetches);
  pace_ = pace;
  do_fetch();
}

void session::stop_fetch() {
  fetching_ = false;
  if (const auto under_way = std::exchange(fetch_, nullptr))
    under_way->cancel();
}

void session::do_fetch() {
  if (!fetch_ || fetching_ || (pace_ == fetch_pace::of_the_link && news_.is_behind()))
    return;
  fetching_ = true;
  fetch_->next([weak = weak_from_this(), of = std::weak_ptr{fetch_}](const std::string& error,
                                                                     std::string_view piece) {
    if (const auto self = weak.lock())
      self->on_piece(of.lock(), error, piece);
  });
}

void session::on_piece(const fetch_ptr& of, const std::string& error, std::string_view piece) {
  if (!of || of != fetch_ || phase_ != phase::up)
    return;
  fetching_ = false;
  if (!error.empty() || piece.empty())
    stop_fetch();
  driver_->fetched(error, piece, now());
  do_write();
  do_fetch();
}

// --- to the link

void session::tell(switch_news news) {
  if (!port_)
    return;
  tell_unsent(); // before the link hears of a call it may hang it up
  const auto was_dropping = news_.is_dropping();
  const auto dropped = news_.tell(std::move(news), *port_);
  shared_->counters->dropped += dropped;
  if (dropped == 0 || was_dropping)
    return;
  warn("the node is behind by " + std::to_string(dropped) + " events: they are dropped");
  overrun_due_ = true; // not at once: it may be the driver that speaks
  asio::post(channel_.executor(), [self = shared_from_this()] { self->tell_overrun(); });
}

void session::tell_overrun() {
  if (!std::exchange(overrun_due_, false) || phase_ != phase::up)
    return;
  driver_->overrun(now());
  do_write();
}

// --- writing

void session::send(std::string_view bytes) {
  if (phase_ != phase::over)
    waiting_ += bytes;
}

void session::do_write() {
  if (writing_ || phase_ == phase::handshake || phase_ == phase::over)
    return tell_unsent();
  batch_.clear();
  if (batch_.capacity() > kept_bytes)
    batch_.shrink_to_fit();
  std::swap(batch_, waiting_);
  tell_unsent();
  if (batch_.empty()) {
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
  shared_->counters->bytes_out += batch_.size();
  do_write();
}

void session::tell_unsent() {
  if (!taken_.empty())
    return; // what is not acted on yet counts as it did when it was taken
  requests_->set_unsent(waiting_.size() + batch_.size(), driver_->hang_ups_waiting(),
                        driver_->takes_hang_ups());
}

} // namespace rollcall::switches
