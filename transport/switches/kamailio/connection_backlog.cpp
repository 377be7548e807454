#include "actors/runtime/log.hpp"
#include "transport/switches/kamailio/connection.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace rollcall::kamailio {

namespace asio = boost::asio;

// What a connection has for the link, and the link cannot take yet.

namespace {

/// Of the backlog so much goes to the link in one delivery: as much as one read has.
constexpr std::size_t news_at_once = 200;

} // namespace

void connection::deliver(switch_news&& news) {
  if (news.empty() || !port_)
    return;
  if (dropping_) {
    with_.counters->dropped += news.size();
    return;
  }
  if (!link_is_behind())
    return hand_over(std::move(news));
  backlog_.insert(backlog_.end(), std::move_iterator{news.begin()}, std::move_iterator{news.end()});
  if (backlog_.size() > with_.bounds.backlog)
    drop_backlog();
}

void connection::hand_over(switch_news&& news) {
  ++outstanding_;
  port_->deliver(std::move(news));
}

void connection::work_off_backlog() {
  if (!port_)
    return;
  while (!backlog_.empty() && outstanding_ < with_.bounds.window) {
    const auto size = std::min(backlog_.size(), news_at_once);
    const auto end = backlog_.begin() + static_cast<std::ptrdiff_t>(size);
    switch_news news{std::move_iterator{backlog_.begin()}, std::move_iterator{end}};
    backlog_.erase(backlog_.begin(), end);
    hand_over(std::move(news));
  }
  if (dropping_ && outstanding_ == 0) {
    dropping_ = false;
    conversation_.dropped();
  }
}

/// The link hears of the gap when it has caught up, and a snapshot follows.
void connection::drop_backlog() {
  log::warn(with_.to.name.value(), "kamailio: the node is behind by {} events: they are dropped",
            backlog_.size());
  with_.counters->dropped += backlog_.size();
  backlog_.clear();
  dropping_ = true;
  // Not at once: it may be the snapshot that has brought the news.
  asio::post(strand_, [self = shared_from_this()] { self->abort_snapshot(); });
}

void connection::abort_snapshot() {
  if (!snapshot_)
    return;
  piece_waits_ = false;
  std::exchange(snapshot_, nullptr)->cancel();
  conversation_.snapshot_failed(steady_now());
}

} // namespace rollcall::kamailio
